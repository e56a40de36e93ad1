using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Tool.Commands;

/// <summary>
/// One repository of a registry, and no other. An image of a relocated bundle that is looked up elsewhere was not
/// relocated, and a cluster would fetch it from there.
/// </summary>
/// <param name="registry">The registry of the repository.</param>
/// <param name="bundle">The bundle.</param>
internal sealed class SingleRepository(IRegistry registry, ImageReference bundle) : IRegistry
{
    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) =>
        name == bundle.Repository ? registry.GetRepository(name) : new Elsewhere(name, bundle);

    private sealed class Elsewhere(RepositoryName name, ImageReference bundle) : IImageRepository
    {
        public RepositoryName Name => name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) => throw NotRelocated(tagOrDigest);

        public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
            throw NotRelocated(tagOrDigest);

        public IBlobContent GetBlob(Descriptor descriptor) => throw NotRelocated(descriptor.Digest.ToString());

        public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => throw NotRelocated(blob.Digest.ToString());

        public Task<BlobOutcome> PushBlobAsync(
            IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
            throw NotRelocated(content.Descriptor.Digest.ToString());

        public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
            throw NotRelocated(manifest.Digest.ToString());

        public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) => throw NotRelocated("its tags");

        private AirgapException NotRelocated(string what) => new(
            ErrorCode.ImageNotFound,
            $"The bundle {bundle} is not relocated: {what} is not in {bundle.Repository}; only {name} may have it.",
            $"Copy the bundle there with its images first: copy -b {bundle} --to-repo {bundle.Repository}.")
        { Reference = bundle.ToString(), Digest = what.Contains(':', StringComparison.Ordinal) ? what : null };
    }
}
