using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>All of a registry's storage over one folder.</summary>
internal sealed class RegistryStorage : IRegistryContent
{
    private readonly string _folder;
    private readonly StorageLayout _layout;

    public RegistryStorage(string folder, UploadLimits? limits = null)
        : this(folder, new StorageLayout(folder), limits ?? new UploadLimits())
    {
    }

    public RegistryStorage(string folder, StorageLayout layout, UploadLimits limits)
    {
        _folder = folder;
        _layout = layout;
        AtomicFiles files = new(layout);
        Blobs = new BlobStorage(layout, files);
        Marks = new RemovalMarks(layout);
        Tags = new TagStorage(layout, files, Marks);
        Sweep = new TagSweep(layout, Marks, Tags, Gates);
        Manifests = new ManifestStorage(layout, files, Blobs, Tags, Marks);
        Referrers = new ReferrerIndex(Manifests);
        Uploads = new UploadStorage(layout, Blobs, limits);
        Catalog = new RepositoryCatalog(layout);
        Garbage = new GarbageCollector(layout, files, Blobs, Manifests, Catalog, Gates);
    }

    /// <summary>True when the file system can have the folders of a repository.</summary>
    public bool CanHold(string name) => _layout.CanHoldRepository(name);

    /// <summary>True to accept an index without all of its images.</summary>
    public bool TakesSparseIndexes { get; init; }

    public BlobStorage Blobs { get; }

    public TagStorage Tags { get; }

    public RemovalMarks Marks { get; }

    public TagSweep Sweep { get; }

    public ManifestStorage Manifests { get; }

    public ReferrerIndex Referrers { get; }

    public UploadStorage Uploads { get; }

    public RepositoryCatalog Catalog { get; }

    public GarbageCollector Garbage { get; }

    public RepositoryGates Gates { get; } = new();

    StoredContent? IRegistryContent.OpenBlob(string name, Digest digest) =>
        Blobs.Open(name, digest) is { } file ? new FileContent(file) : null;

    StoredManifest? IRegistryContent.OpenManifest(string name, Digest digest) =>
        Manifests.Open(name, digest) is { } file
            ? new StoredManifest(Manifests.MediaTypeOf(digest, file),
                new FileContent(file))
            { Stored = Manifests.StoredAt(name, digest) } : null;

    Digest? IRegistryContent.ResolveTag(string name, string tag) => Tags.Resolve(name, tag);

    List<string>? IRegistryContent.ListTags(string name, string after, int most) => Tags.List(name, after, most);

    List<string> IRegistryContent.ListRepositories() => Catalog.List();

    IReadOnlyList<Referrer> IRegistryContent.ListReferrers(string name, Digest subject) => Referrers.List(name, subject);

    // A folder filled as a mirror has the other registry's names.
    string IRegistryContent.FindMirrored(string name, string registry) => name;

    string? IRegistryContent.FindProblem() => Directory.Exists(_folder) ? null : "the folder is gone";

    /// <summary>Cleans up after removed manifests of all repositories if an earlier run was killed.</summary>
    public async Task SweepAllAsync(CancellationToken cancellationToken)
    {
        foreach (string folder in Catalog.FoldersNamed("_manifests"))
            await Sweep.RunAsync(Catalog.NameOf(folder), cancellationToken);
    }

    public void Dispose()
    {
        Sweep.Dispose();
        Gates.Dispose();
    }
}
