using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Trust.Stored;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// The signatures contained in an archive: those of its items that are attached to others. Sends no requests.
/// </summary>
internal sealed class PlanSignatures
{
    private readonly Dictionary<string, Manifest> _manifests = new(StringComparer.Ordinal);
    private readonly ILookup<string, PlannedItem> _tags;
    private readonly ILookup<Digest, Descriptor> _referrers;
    private readonly Dictionary<Digest, IBlobContent> _blobs;

    /// <summary>Reads the items of a plan.</summary>
    public PlanSignatures(TransferPlan plan)
    {
        Manifest[] all = [.. plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest)
            .DistinctBy(manifest => manifest.Digest)];
        foreach (Manifest manifest in all)
            _manifests[manifest.Digest.ToString()] = manifest;

        _tags = plan.Items.Where(item => CosignTags.IsOne(item.Tag)).ToLookup(item => item.Tag!, StringComparer.Ordinal);
        _referrers = all.Where(manifest => manifest.Subject is not null)
            .ToLookup(manifest => manifest.Subject!.Digest, manifest => manifest.Descriptor);
        _blobs = plan.Blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Content);
    }

    /// <summary>The signatures of a repository's images.</summary>
    public ISignatureStore In(RepositoryName repository) => new Store(this, repository);

    // cosign's tags contain the image's digest: if the archive has no such tag in the image's own repository, one in another repository
    // counts, too.
    private Manifest? Tagged(string tag, RepositoryName repository) =>
        (_tags[tag].FirstOrDefault(item => item.Source.Repository == repository) ?? _tags[tag].FirstOrDefault())?.Content.Manifest;

    private async Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (!_blobs.TryGetValue(blob.Digest, out IBlobContent? content))
            throw new AirgapException(ErrorCode.BlobUnknown, $"The archive has no blob {blob.Digest}.", "Write the archive again.")
            {
                Digest = blob.Digest.ToString()
            };
        if (content.Descriptor.Size != blob.Size)
            throw new AirgapException(
                ErrorCode.SizeMismatch, $"The blob {blob.Digest} has {content.Descriptor.Size} bytes instead of {blob.Size}.",
                "Sign the image again.")
            {
                Digest = blob.Digest.ToString()
            };
        return await content.ReadWholeAsync((stream, token) => BlobBytes.ReadAsync(stream, blob, token), cancellationToken);
    }

    private sealed class Store(PlanSignatures all, RepositoryName repository) : ISignatureStore
    {
        /// <inheritdoc/>
        public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
            Task.FromResult(all._manifests.GetValueOrDefault(tagOrDigest) ?? all.Tagged(tagOrDigest, repository));

        /// <inheritdoc/>
        public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
            Task.FromResult(new ReferrerList(all._referrers[subject].ToImmutableArray(), FromApi: true));

        /// <inheritdoc/>
        public Task<byte[]> ReadBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
            all.ReadBlobAsync(blob, cancellationToken);
    }
}
