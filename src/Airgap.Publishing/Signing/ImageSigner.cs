using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Signs the relocated images at their destination. Images that the key has already signed in this form are left
/// unchanged.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="key">The key.</param>
/// <param name="form">The form of the signatures.</param>
internal sealed class ImageSigner(IRegistry registry, SigningKey key, ImageSignatureForm form)
{
    private const int AtOnce = 4;

    private readonly SignatureDemand _mine = new() { AnyOf = [new KeySigner(key.Public, key.Name, [])] };

    /// <summary>
    /// Signs the images, indexes and bundles of a relocation to a repository, but not the artifacts attached to them.
    /// </summary>
    public async Task<ImmutableArray<SignedImage>> SignAsync(TransferResult result, CancellationToken cancellationToken)
    {
        if (result.Destination is not RelocationDestination.Repository { Name: var name })
            throw new InvalidOperationException("Images can only be signed in a registry.");
        IImageRepository repository = registry.GetRepository(name);
        Descriptor[] images = [.. AttachedItems.Without([.. result.Items.Select(item => item.Item)])
            .Select(item => item.Content.Manifest.Descriptor).DistinctBy(image => image.Digest)];
        SignedImage[] signed = new SignedImage[images.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, images.Length), options, async (index, token) =>
        {
            bool isNew = form == ImageSignatureForm.Tag
                ? await TagAsync(repository, images[index].Digest, token)
                : await AttachAsync(repository, images[index], token);
            signed[index] = new SignedImage(
                ImageReference.ByDigest(name, images[index].Digest).ToString(), ImageSignatureForms.Words[(int)form], isNew);
        });
        return [.. signed];
    }

    private async Task<bool> TagAsync(IImageRepository repository, Digest image, CancellationToken cancellationToken)
    {
        string tag = CosignTags.Signature(image);
        Manifest? old = await repository.FindManifestAsync(tag, cancellationToken);
        if (old is not null && (old.IsIndex || old.MediaType != MediaTypes.OciManifest))
        {
            throw new AirgapException(
                ErrorCode.DestinationMismatch,
                $"The tag {ImageReference.ByTag(repository.Name, tag)}, which is reserved for signatures, has other content: {old.Digest}.",
                "Remove or rename that tag, or attach signatures.")
            { Reference = ImageReference.ByTag(repository.Name, tag).ToString(), Digest = old.Digest.ToString() };
        }

        if (old is not null && await HasMineAsync(repository, old, image, cancellationToken))
            return false;
        byte[] payload = ClassicWriter.Payload(repository.Name, image);
        byte[] signature = await key.SignAsync(SignedBytes.Of(payload), cancellationToken);
        Descriptor layer = new(SimpleSigning.MediaType, Digest.Compute(payload), payload.Length);
        byte[] config = ClassicWriter.Config([.. (old?.Layers ?? []).Select(one => one.Digest), layer.Digest]);
        Descriptor configured = new(MediaTypes.OciConfig, Digest.Compute(config), config.Length);
        await repository.PushBlobAsync(new MemoryBlobContent(layer, payload), null, null, cancellationToken);
        await repository.PushBlobAsync(new MemoryBlobContent(configured, config), null, null, cancellationToken);
        await repository.PushManifestAsync(ClassicWriter.Add(old, configured, layer, signature), tag, cancellationToken);
        return true;
    }

    private async Task<bool> AttachAsync(IImageRepository repository, Descriptor image, CancellationToken cancellationToken)
    {
        RepositorySignatures store = new(repository);
        await foreach (Manifest attached in AttachedManifests.OfAsync(store, image.Digest, [], cancellationToken))
        {
            foreach (Descriptor layer in attached.Layers.Where(SigstoreBundle.IsLayer))
            {
                if (await IsMineAsync(store, layer,
                    bytes => SignatureChecks.Bundle(bytes, image.Digest, _mine, DateTimeOffset.UtcNow), cancellationToken))
                    return false;
            }
        }

        byte[] statement = StatementWriter.Write(
            [new StatementWriter.Subject(null, image.Digest)], Statement.CosignSignature, predicate: null);
        byte[] bundle = await BundleWriter.OfStatementAsync(key, statement, cancellationToken);
        await AttachedBundle.PushAsync(repository, image, bundle, Statement.CosignSignature, cancellationToken);
        return true;
    }

    private async Task<bool> HasMineAsync(IImageRepository repository, Manifest manifest, Digest image, CancellationToken cancellationToken)
    {
        RepositorySignatures store = new(repository);
        foreach (SignatureManifest.Layer layer in SignatureManifest.Layers(manifest)
            .Where(layer => layer.Descriptor.MediaType == SimpleSigning.MediaType))
        {
            if (await IsMineAsync(store, layer.Descriptor,
                bytes => SignatureChecks.Classic(bytes, layer.Annotations, image, _mine, DateTimeOffset.UtcNow), cancellationToken))
                return true;
        }

        return false;
    }

    // Signatures of others, and invalid ones, are kept.
    private static async Task<bool> IsMineAsync(
        RepositorySignatures store, Descriptor blob, Action<byte[]> check, CancellationToken cancellationToken)
    {
        try
        {
            check(await store.ReadBlobAsync(blob, cancellationToken));
            return true;
        }
        catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
        {
            return false;
        }
    }
}

/// <summary>A signed image.</summary>
/// <param name="Image">The image, by digest.</param>
/// <param name="Form">The form of the signature: <c>tag</c> or <c>referrer</c>.</param>
/// <param name="IsNew">False if the key had already signed it.</param>
internal sealed record SignedImage(string Image, string Form, bool IsNew);
