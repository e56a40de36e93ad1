using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.TestKit;

/// <summary>
/// Registries in memory behind the client's interface: strict about order (a manifest before its blobs is refused), with hooks to delay or
/// refuse any operation. Every call is recorded.
/// </summary>
public sealed class FakeRegistry : IRegistry
{
    private readonly ConcurrentDictionary<RepositoryName, FakeRepository> _repositories = new();

    /// <summary>Called before each operation with its name, repository and digest or tag; may wait or throw.</summary>
    public Func<string, RepositoryName, string, Task> Hook { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>The operations in order of their start: <c>push-blob repo digest</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>True to accept an index without all of its images.</summary>
    public bool TakesSparseIndexes { get; set; }

    /// <summary>True when mounts from another repository are refused.</summary>
    public bool RefuseMounts { get; set; }

    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) => Get(name);

    /// <summary>A repository, for a test to read or change.</summary>
    public FakeRepository Get(RepositoryName name) => _repositories.GetOrAdd(name, key => new FakeRepository(this, key));

    /// <summary>A repository, for a test to read or change.</summary>
    public FakeRepository Get(string name) => Get(RepositoryName.Parse(name));

    /// <summary>The committed fixtures: every repository of the real registry's storage.</summary>
    public static FakeRegistry FromFixtures()
    {
        FakeRegistry registry = new();
        string root = Path.Combine(Fixtures.Root, "storage", "docker", "registry", "v2");
        string repositories = Path.Combine(root, "repositories");
        foreach (string manifests in Directory.EnumerateDirectories(repositories, "_manifests", SearchOption.AllDirectories))
        {
            string folder = Path.GetDirectoryName(manifests)!;
            FakeRepository repository =
                registry.Get($"{Fixtures.Registry}/{Path.GetRelativePath(repositories, folder).Replace('\\', '/')}");
            foreach (string link in Directory.EnumerateFiles(Path.Combine(folder, "_layers"), "link", SearchOption.AllDirectories))
                repository.AddBlob(Blob(link));
            foreach (string link in Directory.EnumerateFiles(Path.Combine(manifests, "revisions"), "link", SearchOption.AllDirectories))
                repository.AddManifest(Manifest.Parse(Blob(link)), null);
            foreach (string tag in Directory.EnumerateDirectories(Path.Combine(manifests, "tags")))
                repository.AddManifest(Manifest.Parse(Blob(Path.Combine(tag, "current", "link"))), Path.GetFileName(tag));
        }

        return registry;

        byte[] Blob(string link)
        {
            string hex = Digest.Parse(File.ReadAllText(link)).Hex;
            return File.ReadAllBytes(Path.Combine(root, "blobs", "sha256", hex[..2], hex, "data"));
        }
    }

    internal async Task EnterAsync(string operation, RepositoryName repository, string what)
    {
        Calls.Enqueue($"{operation} {repository} {what}");
        await Hook(operation, repository, what);
    }
}

/// <summary>A repository of a <see cref="FakeRegistry"/>.</summary>
public sealed class FakeRepository(FakeRegistry registry, RepositoryName name) : IImageRepository
{
    private readonly ConcurrentDictionary<Digest, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<Digest, Manifest> _manifests = new();
    private readonly ConcurrentDictionary<string, Digest> _tags = new();

    /// <inheritdoc/>
    public RepositoryName Name => name;

    /// <summary>Tags and their digests.</summary>
    public IReadOnlyDictionary<string, Digest> Tags => _tags;

    /// <summary>True for a registry that fails for the second page of every list of referrers.</summary>
    public bool BreaksReferrers { get; set; }

    /// <summary>The blobs it has.</summary>
    public ICollection<Digest> Blobs => _blobs.Keys;

    /// <summary>The bytes of a blob or manifest that it has.</summary>
    public byte[] BytesOf(Digest digest) => _blobs.TryGetValue(digest, out byte[]? blob) ? blob : _manifests[digest].Bytes.ToArray();

    /// <summary>The manifests it has.</summary>
    public ICollection<Digest> Manifests => _manifests.Keys;

    /// <summary>Adds a blob.</summary>
    public Digest AddBlob(byte[] bytes)
    {
        Digest digest = Digest.Compute(bytes);
        _blobs[digest] = bytes;
        return digest;
    }

    /// <summary>Adds a manifest, whatever it refers to.</summary>
    public Manifest AddManifest(Manifest manifest, string? tag)
    {
        _manifests[manifest.Digest] = manifest;
        if (tag is not null)
            _tags[tag] = manifest.Digest;
        return manifest;
    }

    /// <summary>Removes a blob or manifest.</summary>
    public void Remove(Digest digest)
    {
        _blobs.TryRemove(digest, out _);
        _manifests.TryRemove(digest, out _);
    }

    /// <summary>Removes a tag, and keeps its manifest.</summary>
    public void RemoveTag(string tag) => _tags.TryRemove(tag, out _);

    /// <summary>Replaces the bytes of a blob.</summary>
    public void Corrupt(Digest digest) => _blobs[digest] = [.. _blobs[digest].Select((b, i) => i == 0 ? (byte)~b : b)];

    /// <inheritdoc/>
    public async Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        await registry.EnterAsync("resolve", name, tagOrDigest);
        return Find(tagOrDigest)?.Descriptor;
    }

    /// <inheritdoc/>
    public async Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        await registry.EnterAsync("get-manifest", name, tagOrDigest);
        return Find(tagOrDigest);
    }

    /// <inheritdoc/>
    public IBlobContent GetBlob(Descriptor descriptor) => new Content(registry, this, descriptor);

    /// <inheritdoc/>
    public async Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        await registry.EnterAsync("has-blob", name, blob.Digest.ToString());
        return _blobs.ContainsKey(blob.Digest);
    }

    /// <inheritdoc/>
    public async Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        Digest digest = content.Descriptor.Digest;
        await registry.EnterAsync("push-blob", name, digest.ToString());
        cancellationToken.ThrowIfCancellationRequested();
        if (_blobs.ContainsKey(digest))
            return BlobOutcome.Present;
        if (mountFrom is not null && !registry.RefuseMounts && registry.Get(mountFrom)._blobs.TryGetValue(digest, out byte[]? there))
        {
            _blobs[digest] = there;
            return BlobOutcome.Mounted;
        }

        await using Stream stream = await content.OpenAsync(0, cancellationToken);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory, cancellationToken);
        progress?.Report(memory.Length);
        if (Digest.ComputeLike(digest, memory.ToArray()) != digest)
            throw new AirgapException(ErrorCode.DigestMismatch, $"The upload is not {digest}.", "");
        _blobs[digest] = memory.ToArray();
        return BlobOutcome.Copied;
    }

    /// <inheritdoc/>
    public async Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken)
    {
        await registry.EnterAsync("push-manifest", name, tag ?? manifest.Digest.ToString());
        cancellationToken.ThrowIfCancellationRequested();
        IEnumerable<Descriptor> needed = manifest.Layers.Where(layer => !MediaTypes.IsNonDistributable(layer.MediaType))
            .Concat(manifest.Config is null ? [] : [manifest.Config]);
        if (needed.FirstOrDefault(blob => !_blobs.ContainsKey(blob.Digest)) is { } missing)
            throw new AirgapException(ErrorCode.RegistryRefused, $"MANIFEST_BLOB_UNKNOWN: {missing.Digest}", "");
        if (!registry.TakesSparseIndexes && manifest.Manifests.FirstOrDefault(child => !_manifests.ContainsKey(child.Digest)) is { } child)
            throw new AirgapException(ErrorCode.RegistryRefused, $"MANIFEST_UNKNOWN: {child.Digest}", "");
        AddManifest(manifest, tag);
    }

    async Task<IReadOnlySet<Digest>> IImageRepository.AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken)
    {
        HashSet<Digest> present = [];
        foreach (Descriptor[] chunk in content.Chunk(200))
        {
            await registry.EnterAsync("ask-in-bulk", name, areManifests ? "manifests" : "blobs");
            present.UnionWith(chunk.Select(one => one.Digest)
                .Where(digest => areManifests ? _manifests.ContainsKey(digest) : _blobs.ContainsKey(digest)));
        }

        return present;
    }

    /// <summary>The status of a response to deletions without carrying them out; null to carry them out.</summary>
    public int? AnswersRemovals { get; set; }

    /// <summary>The delay between accepting a deletion and carrying it out.</summary>
    public TimeSpan RemovesAfter { get; set; }

    /// <summary>The time since when it has a manifest; null if it does not report that.</summary>
    public Func<Digest, DateTimeOffset?> StoredAt { get; set; } = _ => null;

    /// <summary>True to keep content that was stored after the time in a deletion.</summary>
    public bool HeedsConditions { get; set; }

    async Task<RemovalResponse> IImageRepository.RemoveAsync(
        string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken)
    {
        await registry.EnterAsync("remove", name, tagOrDigest);
        if (HeedsConditions && stored is { } condition && Digest.TryParse(tagOrDigest, out Digest asked) && StoredAt(asked) > condition)
            return RemovalResponse.Renewed;
        if (AnswersRemovals is { } status)
            return status switch { 202 => RemovalResponse.Accepted, 404 => RemovalResponse.Absent, _ => RemovalResponse.Unsupported };
        if (Find(tagOrDigest) is not { } manifest)
            return RemovalResponse.Absent;
        if (RemovesAfter > TimeSpan.Zero)
            _ = Task.Delay(RemovesAfter, CancellationToken.None)
                .ContinueWith(_ => Remove(tagOrDigest, manifest.Digest), TaskScheduler.Default);
        else
            Remove(tagOrDigest, manifest.Digest);
        return RemovalResponse.Accepted;
    }

    private void Remove(string tagOrDigest, Digest digest)
    {
        if (Digest.TryParse(tagOrDigest, out _))
            _manifests.TryRemove(digest, out _);
        foreach (string tag in _tags.Where(tag => tag.Key == tagOrDigest || (tag.Value == digest && tagOrDigest.Contains(':')))
            .Select(tag => tag.Key).ToArray())
            _tags.TryRemove(tag, out _);
    }

    Task<DateTimeOffset?> IImageRepository.FindStoredTimeAsync(Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult(StoredAt(digest));

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListTagsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await registry.EnterAsync("list-tags", name, "");
        foreach (string tag in _tags.Keys)
            yield return tag;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListExistingTagsAsync(CancellationToken cancellationToken) => _manifests.IsEmpty
        ? throw new AirgapException(ErrorCode.RepositoryUnknown, $"There is no repository {name}: NAME_UNKNOWN.", "")
        : ListTagsAsync(cancellationToken);

    async Task<ReferrerList> IImageRepository.ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        ReferrerList.Fallback(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken)) with
        {
            IsPartial = BreaksReferrers
        };

    private Manifest? Find(string tagOrDigest) =>
        (Digest.TryParse(tagOrDigest, out Digest digest) || _tags.TryGetValue(tagOrDigest, out digest))
            && _manifests.TryGetValue(digest, out Manifest? manifest) ? manifest : null;

    private sealed class Content(FakeRegistry registry, FakeRepository repository, Descriptor descriptor) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public async ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
        {
            // As the client does.
            if (descriptor.Data is { } embedded)
                return new MemoryStream(embedded[(int)offset..].ToArray(), writable: false);
            await registry.EnterAsync("get-blob", repository.Name, descriptor.Digest.ToString());
            byte[] bytes = repository._blobs.TryGetValue(descriptor.Digest, out byte[]? known)
                ? known
                : throw new AirgapException(ErrorCode.BlobUnknown, $"{repository.Name} has no {descriptor.Digest}.", "");
            if (Digest.ComputeLike(descriptor.Digest, bytes) != descriptor.Digest)
                throw new AirgapException(ErrorCode.DigestMismatch, $"{repository.Name} gives other bytes for {descriptor.Digest}.", "");
            return new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false);
        }
    }
}
