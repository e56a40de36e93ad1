using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry;

namespace Airgap.Transfer.Producing;

/// <summary>The registries, with a bundle that was made standing in its repository: planning and transfer need not know that it was never pushed.</summary>
internal sealed class ProducedRegistry(IRegistry inner, ProducedBundle bundle) : IRegistry
{
    public long LoadRefusals => inner.LoadRefusals;

    public RegistryStatistics Statistics => inner.Statistics;

    public IImageRepository GetRepository(RepositoryName name) =>
        name == bundle.Reference.Repository ? new Repository(inner.GetRepository(name), bundle) : inner.GetRepository(name);

    // What is asked for by digest or by the bundle's tag is answered here; the rest by the registry, if there is one.
    private sealed class Repository(IImageRepository inner, ProducedBundle bundle) : IImageRepository
    {
        public RepositoryName Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
            IsBundle(tagOrDigest) ? Task.FromResult<Descriptor?>(bundle.Packed.Manifest.Descriptor)
            : bundle.IsNowhere ? Task.FromResult<Descriptor?>(null)
            : inner.ResolveAsync(tagOrDigest, cancellationToken);

        public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
            IsBundle(tagOrDigest) ? Task.FromResult<Manifest?>(bundle.Packed.Manifest)
            : bundle.IsNowhere ? Task.FromResult<Manifest?>(null)
            : inner.FindManifestAsync(tagOrDigest, cancellationToken);

        public IBlobContent GetBlob(Descriptor descriptor) =>
            bundle.Packed.Blobs.FirstOrDefault(blob => blob.Descriptor.Digest == descriptor.Digest) ?? inner.GetBlob(descriptor);

        public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
            bundle.IsNowhere ? Task.FromResult(false) : inner.HasBlobAsync(blob, cancellationToken);

        public Task<BlobOutcome> PushBlobAsync(IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
            inner.PushBlobAsync(content, mountFrom, progress, cancellationToken);

        public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
            inner.PushManifestAsync(manifest, tag, cancellationToken);

        public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
            bundle.IsNowhere ? AsyncEnumerable.Empty<string>() : inner.ListTagsAsync(cancellationToken);

        public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
            bundle.IsNowhere ? Task.FromResult(new ReferrerList([], FromApi: true)) : inner.ListReferrersAsync(subject, cancellationToken);

        private bool IsBundle(string tagOrDigest) => tagOrDigest == bundle.Reference.Tag || tagOrDigest == bundle.Digest.ToString();
    }
}
