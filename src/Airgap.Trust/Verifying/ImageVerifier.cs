using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Verifying;

/// <summary>
/// Verifies an image by its digest: first cosign's tags, then attached artifacts. One signature that passes every check is enough;
/// problems of others are reported only if none does.
/// </summary>
internal sealed class ImageVerifier(ISignatureStore store, TimeProvider clock)
{
    private const string ClassicArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";

    /// <summary>Verifies the signatures.</summary>
    /// <param name="image">The resolved digest, which is the one that moves.</param>
    /// <param name="name">The image, for people.</param>
    /// <param name="demand">The requirements.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<Verdict> VerifyAsync(Digest image, string name, SignatureDemand demand, CancellationToken cancellationToken)
    {
        List<string> notes = [];
        int seen = 0;
        string tag = $"{image.Algorithm}-{image.Hex}.{(demand.Predicate is null ? "sig" : "att")}";
        if (await FindAsync(tag, notes, cancellationToken) is { } beside)
        {
            seen++;
            if (await VerifyLayersAsync(beside, image, demand, notes, cancellationToken) is { } by)
                return Verdict.Accepted(by);
        }

        if (demand.Accepts is null)
        {
            await foreach (Manifest attached in AttachedManifests.OfAsync(store, image, notes, cancellationToken))
            {
                bool isClassic = demand.Predicate is null && ClassicArtifact == (attached.ArtifactType ?? attached.Config?.MediaType);
                if (!isClassic && !attached.Layers.Any(SigstoreBundle.IsLayer))
                    continue;
                seen++;
                SignedBy? by = isClassic
                    ? await VerifyLayersAsync(attached, image, demand, notes, cancellationToken)
                    : await VerifyBundlesAsync(attached, image, demand, notes, cancellationToken);
                if (by is not null)
                    return Verdict.Accepted(by);
            }
        }

        return Verdict.Refused(seen == 0 && notes.Count == 0 ? ErrorCode.SignatureMissing : ErrorCode.SignatureRejected, name, notes);
    }

    private async Task<Manifest?> FindAsync(string tag, List<string> notes, CancellationToken cancellationToken)
    {
        // cosign's tag for a sha512 digest would exceed the length of a tag.
        if (!ImageReference.IsTag(tag))
            return null;
        try
        {
            return await store.FindManifestAsync(tag, cancellationToken);
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            notes.Add(e.Message);
            return null;
        }
    }

    private async Task<SignedBy?> VerifyLayersAsync(
        Manifest manifest, Digest image, SignatureDemand demand, List<string> notes, CancellationToken cancellationToken)
    {
        IReadOnlyList<SignatureManifest.Layer> layers;
        try
        {
            layers = SignatureManifest.Layers(manifest);
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            notes.Add(e.Message);
            return null;
        }

        if (manifest.Layers.Length > layers.Count)
            notes.Add($"There are {manifest.Layers.Length} signatures, and the first {layers.Count} were verified.");
        string type = demand.Predicate is null ? SimpleSigning.MediaType : DsseMediaType;
        foreach (SignatureManifest.Layer layer in layers.Where(layer => layer.Descriptor.MediaType == type))
        {
            SignedBy? by = await TryAsync(layer.Descriptor, notes, bytes => demand.Predicate is null
                ? SignatureChecks.Classic(bytes, layer.Annotations, image, demand, clock.GetUtcNow())
                : SignatureChecks.Attestation(bytes, layer.Annotations, image, demand, clock.GetUtcNow()), cancellationToken);
            if (by is not null)
                return by;
        }

        return null;
    }

    private const string DsseMediaType = "application/vnd.dsse.envelope.v1+json";

    private async Task<SignedBy?> VerifyBundlesAsync(
        Manifest manifest, Digest image, SignatureDemand demand, List<string> notes, CancellationToken cancellationToken)
    {
        if (manifest.Layers is [{ } layer])
        {
            return await TryAsync(
                layer, notes, bytes => SignatureChecks.Bundle(bytes, image, demand, clock.GetUtcNow()), cancellationToken);
        }

        notes.Add($"The referrer {manifest.Digest} has to have exactly one layer, the bundle.");
        return null;
    }

    private async Task<SignedBy?> TryAsync(
        Descriptor blob, List<string> notes, Func<byte[], SignedBy> check, CancellationToken cancellationToken)
    {
        try
        {
            if (blob.Size > Limits.DocumentBytes)
                throw Rejection.Of($"A signature has {blob.Size} bytes, too many for a signature.");
            return check(await store.ReadBlobAsync(blob, cancellationToken));
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            notes.Add(e.Message);
            return null;
        }
    }
}
