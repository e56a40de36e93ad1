using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// A repository that several relocations read: each request is sent once. A failure reaches all waiting callers; the
/// next caller sends the request again.
/// </summary>
internal sealed class SharedRepository : IImageRepository
{
    private readonly IImageRepository _inner;
    private readonly SharedSource _source;
    private readonly SharedTasks<string, Descriptor?> _resolved = new();
    private readonly SharedTasks<string, Manifest?> _manifests = new();
    private readonly SharedTasks<Digest, ReferrerList> _referrers = new();
    private readonly Lazy<SharedRepository>? _unretried;

    /// <param name="inner">The repository.</param>
    /// <param name="source">Keeps the content.</param>
    public SharedRepository(IImageRepository inner, SharedSource source)
        : this(inner, source, isUnretried: false)
    {
    }

    private SharedRepository(IImageRepository inner, SharedSource source, bool isUnretried)
    {
        _inner = inner;
        _source = source;
        _unretried = isUnretried
            ? null : new Lazy<SharedRepository>(() => new SharedRepository(inner.Unretried, source, isUnretried: true));
    }

    public RepositoryName Name => _inner.Name;

    public IImageRepository Unretried => _unretried?.Value ?? this;

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        OnceAsync(_resolved, tagOrDigest, key => _inner.ResolveAsync(key, _source.Lifetime), cancellationToken);

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        OnceAsync(_manifests, tagOrDigest, async key => await _inner.FindManifestAsync(key, _source.Lifetime) is { } found
            ? _source.Keep(found) : null, cancellationToken);

    public Task<Manifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        _inner.GetManifestAsync(tagOrDigest, cancellationToken);

    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        OnceAsync(_referrers, subject, key => _inner.ListReferrersAsync(key, _source.Lifetime), cancellationToken);

    public IBlobContent GetBlob(Descriptor descriptor) => _source.Share(_inner.GetBlob(descriptor));

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => _inner.HasBlobAsync(blob, cancellationToken);

    public Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
        _inner.PushBlobAsync(content, mountFrom, progress, cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        _inner.PushManifestAsync(manifest, tag, cancellationToken);

    Task<IReadOnlySet<Digest>> IImageRepository.FindPresentAsync(
        IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken) => _inner.FindPresentAsync(blobs, cancellationToken);

    Task<IReadOnlySet<Digest>> IImageRepository.AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken) =>
        _inner.AskInBulkAsync(content, areManifests, cancellationToken);

    Task<string?> IImageRepository.FindMissingAsync(CancellationToken cancellationToken) => _inner.FindMissingAsync(cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) => _inner.ListTagsAsync(cancellationToken);

    public IAsyncEnumerable<string> ListExistingTagsAsync(CancellationToken cancellationToken) =>
        _inner.ListExistingTagsAsync(cancellationToken);

    // A cancelled caller does not cancel the request for the others.
    private static async Task<T> OnceAsync<TKey, T>(
        SharedTasks<TKey, T> tasks, TKey key, Func<TKey, Task<T>> ask, CancellationToken cancellationToken)
        where TKey : notnull
    {
        Task<T> asked = tasks.GetOrAdd(key, ask);
        try
        {
            return await asked.WaitAsync(cancellationToken);
        }
        catch when (asked.IsFaulted || asked.IsCanceled)
        {
            tasks.Remove(key, asked);
            throw;
        }
    }
}
