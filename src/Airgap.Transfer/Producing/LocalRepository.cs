using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Producing;

/// <summary>A repository with local content, backed by the registry's repository, if there is one.</summary>
internal sealed class LocalRepository(IImageRepository inner, LocalContent local) : IImageRepository
{
    public RepositoryName Name => inner.Name;

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        local.Find(tagOrDigest) is { } manifest ? Task.FromResult<Descriptor?>(manifest.Descriptor)
        : local.IsAbsent(tagOrDigest) ? Task.FromResult<Descriptor?>(null)
        : inner.ResolveAsync(tagOrDigest, cancellationToken);

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        local.Find(tagOrDigest) is { } manifest ? Task.FromResult<Manifest?>(manifest)
        : local.IsAbsent(tagOrDigest) ? Task.FromResult<Manifest?>(null)
        : inner.FindManifestAsync(tagOrDigest, cancellationToken);

    public IBlobContent GetBlob(Descriptor descriptor) => local.Find(descriptor) ?? inner.GetBlob(descriptor);

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
        local.IsNowhere ? Task.FromResult(false) : inner.HasBlobAsync(blob, cancellationToken);

    public Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
        inner.PushBlobAsync(content, mountFrom, progress, cancellationToken);

    Task IImageRepository.ReplaceBlobAsync(IBlobContent content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        inner.ReplaceBlobAsync(content, progress, cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        inner.PushManifestAsync(manifest, tag, cancellationToken);

    Task<IReadOnlySet<Digest>> IImageRepository.FindPresentAsync(
        IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken) =>
        local.IsNowhere ? Task.FromResult(IImageRepository.NonePresent) : inner.FindPresentAsync(blobs, cancellationToken);

    Task<IReadOnlySet<Digest>> IImageRepository.AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken) =>
        local.IsNowhere ? Task.FromResult(IImageRepository.NonePresent) : inner.AskInBulkAsync(content, areManifests, cancellationToken);

    Task<string?> IImageRepository.FindMissingAsync(CancellationToken cancellationToken) => inner.FindMissingAsync(cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
        local.IsNowhere ? AsyncEnumerable.Empty<string>() : inner.ListTagsAsync(cancellationToken);

    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        local.IsNowhere ? Task.FromResult(new ReferrerList([], FromApi: true)) : inner.ListReferrersAsync(subject, cancellationToken);

    Task<ReferrerList> IImageRepository.ListReferrersAsync(Digest subject, bool? hasFallback, CancellationToken cancellationToken) =>
        local.IsNowhere ? ListReferrersAsync(subject, cancellationToken)
            : inner.ListReferrersAsync(subject, hasFallback, cancellationToken);
}
