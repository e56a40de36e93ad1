using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Trusting;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Trust.Formats;
using Airgap.Trust.Verifying;

namespace Airgap.Tool.Commands;

/// <summary><c>verify</c> with required signers: it verifies signatures, and reads no image layers.</summary>
internal static class SignatureVerification
{
    /// <summary>Verifies the signatures of the content that a source names, and of everything it pins.</summary>
    public static async Task<int> OfSourceAsync(
        RelocationSource source, TrustRule rule, RegistryClient registry, Session session, CancellationToken cancellationToken)
    {
        // In an archive, only attached signatures exist; a bundle given as an image is verified alone.
        PlanOptions options = new()
        {
            Artifacts = source is RelocationSource.Archive,
            IgnoreBundleCheck = source is RelocationSource.Image
        };
        TransferPlan plan = await new Relocator(registry).PlanAsync(source, options, cancellationToken);
        if (!await TrustCheck.PassesAsync(plan, registry, rule, session, admission: null, cancellationToken))
            return 1;
        foreach (TrustedImage image in session.Report.Signatures ?? [])
            session.WriteResult($"{image.Image}: {Signers(image)}");
        return Succeed(
            session, Summary(session.Report.Signatures ?? [], source));
    }

    /// <summary>Verifies a file by the signature bundle next to it.</summary>
    public static async Task<int> OfFileAsync(
        string file, string? signature, TrustRule? rule, Session session, CancellationToken cancellationToken)
    {
        if (signature is null)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --blob needs the sigstore bundle of the file", "Name it with --signature.");
        if (rule is not { AnyOf: { Count: > 0 } signers, Attestations.Count: 0 })
            throw new AirgapException(
                ErrorCode.InvalidTrustRule, rule is null
                    ? "The required signer of the file is not given."
                    : "Policies, trust stores and attestations apply only to images: a file needs a required signer.",
                "Give --verify-key, or --verify-identity with --verify-issuer and --trusted-root.");
        session.Report.Source = file;
        session.Phase = "verifying signatures";
        SignedFile content;
        try
        {
            content = await SignedFile.ReadAsync(file, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, file);
        }

        Verdict verdict = FileVerifier.Verify(
            content, TrustRuleReader.ReadFile(signature), file, signers, statementType: null, DateTimeOffset.UtcNow);
        if (verdict.Refusal is { } refusal)
        {
            session.Fail(refusal with { Location = new SourceLocation(file) });
            return 1;
        }

        TrustedImage image = new(
            file, Digest.FromHash(System.Security.Cryptography.HashAlgorithmName.SHA256,
                content.Hash(System.Security.Cryptography.HashAlgorithmName.SHA256)).ToString(), [.. verdict.By.Select(TrustedSigner.Of)]);
        session.Report.Signatures = [image];
        return Succeed(session, $"Verified the signature of {file}: {Signers(image)}");
    }

    // A policy may accept an image without a signature, or with one that fails a check: neither is verified.
    private static string Summary(IReadOnlyCollection<TrustedImage> images, RelocationSource source)
    {
        int unsigned = images.Count(image => image.SignedBy.IsEmpty);
        int failing = images.Count(image => image.SignedBy.Any(by => by.FailsCheck));
        int verified = images.Count - unsigned - failing;
        List<string> accepted = [];
        if (unsigned > 0)
            accepted.Add($"{CountText.Count(unsigned, "image")} without one");
        if (failing > 0)
            accepted.Add($"{CountText.Count(failing, "image")} in spite of a failed check");
        string others = $"the policy accepts {string.Join(", and ", accepted)}";
        return accepted.Count == 0 ? $"Verified the signatures of {CountText.Count(verified, "image")} of {source}"
            : verified == 0 ? $"Verified no signature of {source}: {others}"
            : $"Verified the signatures of {CountText.Count(verified, "image")} of {source}; {others}";
    }

    private static string Signers(TrustedImage image) =>
        image.SignedBy.IsEmpty ? "accepted by the policy, which requires no signature" : $"signed by {string.Join(", ", image.SignedBy)}";

    private static int Succeed(Session session, string summary)
    {
        session.Report.Summary = summary;
        session.WriteResult(summary);
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }
}
