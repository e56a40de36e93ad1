using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Tests.Sharding;

/// <summary>A registry whose client dies at a request: earlier requests may finish, later ones never start.</summary>
internal sealed class CuttingRegistry(IRegistry inner, CancellationTokenSource life, int requests) : IRegistry
{
    private int _left = requests;

    public IImageRepository GetRepository(RepositoryName name) => new Repository(this, inner.GetRepository(name));

    private void Count(CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _left) < 0)
            life.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private sealed class Repository(CuttingRegistry cut, IImageRepository inner) : IImageRepository
    {
        public RepositoryName Name => inner.Name;

        public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.ResolveAsync(tagOrDigest, cancellationToken);
        }

        public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.FindManifestAsync(tagOrDigest, cancellationToken);
        }

        public IBlobContent GetBlob(Descriptor descriptor) => inner.GetBlob(descriptor);

        public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.HasBlobAsync(blob, cancellationToken);
        }

        public Task<BlobOutcome> PushBlobAsync(
            IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.PushBlobAsync(content, mountFrom, progress, cancellationToken);
        }

        public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.PushManifestAsync(manifest, tag, cancellationToken);
        }

        public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken)
        {
            cut.Count(cancellationToken);
            return inner.ListTagsAsync(cancellationToken);
        }
    }
}
