using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Signers;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Trusting;

/// <summary>Verifies the signatures of one image by a rule.</summary>
internal static class ImageTrust
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>Verifies.</summary>
    /// <param name="rule">Who must have signed.</param>
    /// <param name="name">The image as requested: policies use this name.</param>
    /// <param name="image">The manifest it resolved to, which is relocated.</param>
    /// <param name="store">The store of its signatures.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public static async Task<Verdict> VerifyAsync(
        TrustRule rule, ImageReference name, Descriptor image, ISignatureStore store, CancellationToken cancellationToken)
    {
        if (rule.Containers is { } containers)
            return await new PolicyVerifier(containers, store, TimeProvider.System).VerifyAsync(name, image.Digest, cancellationToken);
        if (rule.Notation is { } notation)
            return await new NotationVerifier(notation, rule.Store!, store, TimeProvider.System).VerifyAsync(
                name.Repository, image, s_none, cancellationToken);
        ImageVerifier verifier = new(store, TimeProvider.System);
        Verdict signed = await ByAsync(verifier, rule.AnyOf, [null], name, image, cancellationToken);
        if (!signed.IsAccepted || rule.Attestations.Count == 0)
            return signed;
        // Whoever signed must also have attested: what one signer attests is nothing that another signer approves.
        Verdict? refused = null;
        foreach (Signer signer in rule.AnyOf)
        {
            Verdict alone = rule.AnyOf.Count == 1
                ? signed : await ByAsync(verifier, [signer], [null], name, image, cancellationToken);
            if (!alone.IsAccepted)
                continue;
            Verdict attested = await ByAsync(verifier, [signer], rule.Attestations, name, image, cancellationToken);
            if (attested.IsAccepted)
                return new Verdict([.. alone.By, .. attested.By], null);
            refused ??= attested;
        }

        return refused ?? signed;
    }

    // One signer must suffice for each predicate; null is the signature itself.
    private static async Task<Verdict> ByAsync(
        ImageVerifier verifier, IReadOnlyList<Signer> anyOf, IEnumerable<string?> predicates, ImageReference name, Descriptor image,
        CancellationToken cancellationToken)
    {
        List<SignedBy> by = [];
        foreach (string? predicate in predicates)
        {
            SignatureDemand demand = new() { AnyOf = anyOf, Predicate = predicate };
            Verdict verdict = await verifier.VerifyAsync(
                image.Digest, predicate is null ? $"{name.Repository}@{image.Digest}"
                : $"The attestation '{predicate}' of {name.Repository}@{image.Digest}", demand, cancellationToken);
            if (!verdict.IsAccepted)
                return verdict;
            by.AddRange(verdict.By);
        }

        return new Verdict(by, null);
    }
}
