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
        List<SignedBy> by = [];
        foreach (string? predicate in rule.Attestations.Prepend(null))
        {
            SignatureDemand demand = new() { AnyOf = rule.AnyOf, Predicate = predicate };
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
