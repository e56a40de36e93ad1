using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Reads manifests and small blobs of the source once each, with limited concurrency. It keeps them in a store, mostly on disk if there are
/// many, so that the transfer does not fetch them again.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="concurrency">The maximum number of concurrent requests.</param>
/// <param name="store">Keeps the content that was read.</param>
/// <param name="isSource">True for repositories that may be read from mirrors; null for none.</param>
internal sealed class SourceReader(
    IRegistry registry, int concurrency, ByteStore? store = null, Predicate<RepositoryName>? isSource = null) : IDisposable
{
    private const int MostPeeked = 1000;

    private readonly ByteStore _store = store ?? new ByteStore();
    private readonly SemaphoreSlim _throttle = new(concurrency);
    private readonly SharedTasks<(RepositoryName Repository, string Selector), Manifest?> _manifests = new();
    private readonly SmallBlobs _blobs = new();
    private readonly Dictionary<Digest, PlannedManifest> _earlier = [];

    /// <summary>The manifest of a repository under a tag or digest; null for none.</summary>
    public Task<Manifest?> FindManifestAsync(RepositoryName repository, string tagOrDigest, CancellationToken cancellationToken) =>
        _manifests.GetOrAdd((repository, tagOrDigest),
            key => ThrottledAsync(async token => (await Repository(key.Repository).FindManifestAsync(key.Selector, token))?.HeldIn(_store),
                cancellationToken));

    /// <summary>The same for a manifest that only saves requests: requested once, without retries.</summary>
    public Task<Manifest?> LookForManifestAsync(RepositoryName repository, string tag, CancellationToken cancellationToken) =>
        _manifests.GetOrAdd((repository, tag),
            key => ThrottledAsync(token => Repository(key.Repository).Unretried.FindManifestAsync(key.Selector, token), cancellationToken));

    /// <summary>The manifest of a reference that must exist.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ManifestUnknown"/> and the like, with the registry's own
    /// message, obtained by a further request.</exception>
    public async Task<Manifest> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
        await FindManifestAsync(reference.Repository, reference.Selector, cancellationToken)
        ?? await ThrottledAsync(token => Repository(reference.Repository).GetManifestAsync(reference.Selector, token), cancellationToken);

    /// <summary>
    /// The bytes of a blob of at most <see cref="PlannedManifest.SmallBlob"/>, verified. Concurrent callers wait for
    /// one request.
    /// </summary>
    public async Task<StoredBytes> ReadSmallBlobAsync(RepositoryName repository, Descriptor blob, CancellationToken cancellationToken) =>
        (await _blobs.GetOrReadAsync(
            repository, blob.Digest, () => ThrottledAsync(token => FetchAsync(repository, blob, token), cancellationToken))).Held;

    /// <summary>Opens a blob for one pass, from memory if it was read before or is small.</summary>
    public async Task<T> ReadBlobAsync<T>(
        RepositoryName repository, Descriptor blob, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (blob.Size <= PlannedManifest.SmallBlob)
        {
            StoredBytes held = await ReadSmallBlobAsync(repository, blob, cancellationToken);
            await using Stream memory = await new MemoryBlobContent(blob, held).OpenAsync(0, cancellationToken);
            return await read(memory, cancellationToken);
        }

        return await ThrottledAsync(
            throttled => Repository(repository).GetBlob(blob).ReadWholeAsync(
                async (stream, token) =>
                {
                    T result = await read(stream, token);
                    await stream.CopyToAsync(Stream.Null, token);
                    return result;
                },
                throttled),
            cancellationToken);
    }

    /// <summary>The descriptor of a tag or digest; null for none.</summary>
    public Task<Descriptor?> ResolveAsync(RepositoryName repository, string tagOrDigest, CancellationToken cancellationToken) =>
        ThrottledAsync(token => Repository(repository).ResolveAsync(tagOrDigest, token), cancellationToken);

    /// <summary>The artifacts attached to a manifest.</summary>
    /// <param name="repository">The repository of the manifest.</param>
    /// <param name="subject">The manifest.</param>
    /// <param name="hasFallback">Whether the clients' referrers list is known to exist or not to exist; null if
    /// unknown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ReferrerList> ListReferrersAsync(
        RepositoryName repository, Digest subject, bool? hasFallback, CancellationToken cancellationToken) =>
        ThrottledAsync(token => Repository(repository).ListReferrersAsync(subject, hasFallback, token), cancellationToken);

    /// <summary>The same, only from the registry's own list, requested once: the result is only informative.</summary>
    public Task<ReferrerList> PeekReferrersAsync(RepositoryName repository, Digest subject, CancellationToken cancellationToken) =>
        ThrottledAsync(token => Repository(repository).Unretried.ListReferrersAsync(subject, hasFallback: false, token), cancellationToken);

    /// <summary>
    /// At least the first 1,000 tags of a repository, requested once: the result is only informative.
    /// </summary>
    public Task<IReadOnlyList<string>> PeekTagsAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        ThrottledAsync<IReadOnlyList<string>>(
        async token =>
        {
            List<string> tags = [];
            await foreach (string tag in Repository(repository).Unretried.ListTagsAsync(token))
            {
                tags.Add(tag);
                if (tags.Count >= MostPeeked)
                    break;
            }

            return tags;
        },
        cancellationToken);

    /// <summary>The tags of a repository, if listing them is cheaper than requesting each.</summary>
    public Task<ExistingTags> ListTagsAsync(
        RepositoryName repository, int expected, ITransferObserver observer, CancellationToken cancellationToken) =>
        ThrottledAsync(token => ExistingTags.ListAsync(Repository(repository), expected, observer, token), cancellationToken);

    /// <summary>
    /// Adds a manifest and its config that were read and verified elsewhere, as if fetched here by digest.
    /// </summary>
    public void Know(PlannedManifest known)
    {
        _manifests.TryAdd((known.Origin, known.Manifest.Digest.ToString()), known.Manifest);
        if (known.StoredConfig is { } config)
            _blobs.TryAdd(known.Manifest.Config!.Digest, new MemoryBlobContent(known.Manifest.Config, config));
    }

    /// <summary>Adds a small blob that was read and verified elsewhere.</summary>
    public void Know(Descriptor blob, byte[] bytes) =>
        _blobs.TryAdd(blob.Digest, new MemoryBlobContent(blob, _store.Hold(bytes, blob.Digest)));

    /// <summary>Reuses the content of an earlier run's plan, wherever it is now.</summary>
    public void KnowEarlier(TransferPlan plan)
    {
        Know(plan);
        foreach (PlannedManifest known in plan.Items.SelectMany(item => item.Content.SelfAndDescendants()))
            _earlier.TryAdd(known.Manifest.Digest, known);
    }

    /// <summary>A manifest of an earlier run's plan; null for none.</summary>
    public PlannedManifest? FindKnown(Digest digest) => _earlier.GetValueOrDefault(digest);

    /// <summary>True for a manifest of an earlier run's plan.</summary>
    public bool Knows(Digest digest) => _earlier.ContainsKey(digest);

    /// <summary>Reuses the content read for another plan.</summary>
    public void Know(TransferPlan plan)
    {
        foreach (PlannedManifest known in plan.Items.SelectMany(item => item.Content.SelfAndDescendants()))
            Know(known);
        foreach (MemoryBlobContent blob in plan.Blobs.Select(blob => blob.Content).OfType<MemoryBlobContent>())
            Know(blob);
    }

    /// <summary>Adds a small blob that was read and verified elsewhere.</summary>
    public void Know(MemoryBlobContent blob) => _blobs.TryAdd(blob.Descriptor.Digest, blob);

    /// <summary>A blob for the transfer: already read, or requested when it is opened.</summary>
    public IBlobContent ContentOf(RepositoryName repository, Descriptor blob) =>
        _blobs.TryGet(blob.Digest, out MemoryBlobContent? known) ? known : Repository(repository).GetBlob(blob);

    public void Dispose() => _throttle.Dispose();

    /// <summary>True for the responses that mean "not here" when trying one of several locations.</summary>
    public static bool IsAbsence(AirgapException e) =>
        e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.ManifestUnknown or ErrorCode.RepositoryUnknown;

    private async Task<MemoryBlobContent> FetchAsync(RepositoryName repository, Descriptor blob, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[blob.Size];
        return await Repository(repository).GetBlob(blob).ReadWholeAsync(
            async (stream, token) =>
            {
                await stream.ReadExactlyAsync(buffer, token);

                // The stream verifies every blob, of any length, when its end is read.
                await stream.CopyToAsync(Stream.Null, token);
                return new MemoryBlobContent(blob, _store.Hold(buffer, blob.Digest));
            },
            cancellationToken);
    }

    private IImageRepository Repository(RepositoryName name) =>
        isSource?.Invoke(name) == true ? registry.GetSource(name) : registry.GetRepository(name);

    private async Task<T> ThrottledAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        await _throttle.WaitAsync(cancellationToken);
        try
        {
            return await request(cancellationToken);
        }
        finally
        {
            _throttle.Release();
        }
    }
}
