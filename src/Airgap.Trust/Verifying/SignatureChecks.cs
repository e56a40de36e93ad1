using Airgap.Oci;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Verifying;

/// <summary>The checks of each form, in order: first the signature over the bytes, then the content of the bytes.</summary>
internal static class SignatureChecks
{
    /// <summary>cosign's form: a payload, and annotations of its layer.</summary>
    public static SignedBy Classic(
        byte[] payload, IReadOnlyDictionary<string, string> annotations, Digest image, SignatureDemand demand, DateTimeOffset now)
    {
        SignedBy by = ByAny(demand.AnyOf, ClassicSignature.Read(payload, annotations), now);
        SimpleSigning signed = SimpleSigning.Read(payload);
        if (signed.Digest != image)
            throw Rejection.Of($"It signs another image, {signed.Digest}.");
        if (demand.Accepts is not null && !signed.IsOfContainers)
            throw Rejection.Of("Its payload is none that policies accept: 'optional' is missing, or its creator or timestamp is invalid.");
        if (demand.Accepts is { } accepts && !accepts(signed.Reference))
            throw Rejection.Of($"It signs the image under the name '{signed.Reference}', which the policy does not accept.");
        RequireAnnotations(demand, signed.Annotations);
        return by with { Form = "cosign" };
    }

    /// <summary>cosign's attestation: an envelope with one or more signatures; one must count.</summary>
    public static SignedBy Attestation(
        byte[] json, IReadOnlyDictionary<string, string> annotations, Digest image, SignatureDemand demand, DateTimeOffset now)
    {
        DsseEnvelope envelope = DsseEnvelope.Read(json);
        SignedBytes signed = SignedBytes.Of(envelope.SignedBytes());
        AirgapException? last = null;
        foreach (byte[] signature in envelope.Signatures)
        {
            try
            {
                Evidence evidence = ClassicSignature.Proofs(
                    annotations, new Evidence { Signed = signed, Signature = signature, Payload = envelope.Payload });
                SignedBy by = ByAny(demand.AnyOf, evidence, now);
                RequireStatement(envelope, image, demand, inBundle: false);
                return by with { Form = "cosign attestation" };
            }
            catch (AirgapException e) when (e.Code == ErrorCode.SignatureRejected)
            {
                last = e;
            }
        }

        throw last!;
    }

    /// <summary>A sigstore bundle with a statement about the image.</summary>
    public static SignedBy Bundle(byte[] json, Digest image, SignatureDemand demand, DateTimeOffset now)
    {
        SigstoreBundle bundle = SigstoreBundle.Read(json);
        SignedBy by = ByAny(demand.AnyOf, bundle.OfEnvelope(), now);
        RequireStatement(bundle.Envelope!, image, demand, inBundle: true);
        return by with { Form = "sigstore bundle" };
    }

    /// <summary>A sigstore bundle over a file, or with a statement about it: of the one type, or of any, which the form names.</summary>
    public static SignedBy File(byte[] json, SignedBytes file, IReadOnlyList<Signer> anyOf, string? statementType, DateTimeOffset now)
    {
        SigstoreBundle bundle = SigstoreBundle.Read(json);
        if (bundle.Envelope is not { } envelope)
            return ByAny(anyOf, bundle.OfMessage(file), now) with { Form = "sigstore bundle" };
        SignedBy by = ByAny(anyOf, bundle.OfEnvelope(), now);
        Statement statement = Statement.Read(envelope.Payload, inBundle: true);
        if (statementType is not null && statement.PredicateType != statementType)
            throw Rejection.Of($"It is a statement of the type '{statement.PredicateType}', and not '{statementType}'.");
        Digest digest = Digest.FromHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256, file.Hash(System.Security.Cryptography.HashAlgorithmName.SHA256));
        return (statementType is null ? statement.Of(digest).Any() : statement.IsFirst(digest))
            ? by with { Form = statementType is null ? $"statement {statement.PredicateType}" : "sigstore bundle" }
            : throw Rejection.Of("Its statement is about another file.");
    }

    /// <summary>The signer, among several.</summary>
    private static SignedBy ByAny(IReadOnlyList<Signer> anyOf, Evidence evidence, DateTimeOffset now)
    {
        List<string> reasons = [];
        foreach (Signer signer in anyOf)
        {
            try
            {
                return signer.Verify(evidence, now);
            }
            catch (AirgapException e) when (e.Code == ErrorCode.SignatureRejected)
            {
                reasons.Add(e.Message);
            }
        }

        throw Rejection.Of(string.Join(" ", reasons.Distinct(StringComparer.Ordinal).Take(3)));
    }

    // An attestation is not an approval: an SBOM or a build record by the same key does not count as a signature of the image.
    private static void RequireStatement(DsseEnvelope envelope, Digest image, SignatureDemand demand, bool inBundle)
    {
        Statement statement = Statement.Read(envelope.Payload, inBundle);
        string predicate = demand.Predicate ?? Statement.CosignSignature;
        if (statement.PredicateType != predicate)
            throw Rejection.Of($"It is a statement of the type '{statement.PredicateType}', and not '{predicate}'.");
        StatementSubject[] subjects = [.. statement.Of(image)];
        if (subjects.Length == 0)
            throw Rejection.Of("Its statement is about another image.");
        RequireAnnotations(demand, subjects[0].Annotations);
    }

    private static void RequireAnnotations(SignatureDemand demand, IReadOnlyDictionary<string, string> actual)
    {
        foreach ((string name, string value) in demand.Annotations)
        {
            if (actual.GetValueOrDefault(name) != value)
                throw Rejection.Of($"The signer did not say '{name}={value}'.");
        }
    }
}
