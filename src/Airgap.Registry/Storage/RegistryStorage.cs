namespace Airgap.Registry.Storage;

/// <summary>All of a registry's storage over one folder.</summary>
internal sealed class RegistryStorage : IDisposable
{
    public RegistryStorage(string folder, UploadLimits? limits = null)
    {
        StorageLayout layout = new(folder);
        AtomicFiles files = new(layout);
        Blobs = new BlobStorage(layout, files);
        Tags = new TagStorage(layout, files);
        Manifests = new ManifestStorage(layout, files, Blobs, Tags);
        Referrers = new ReferrerIndex(Manifests);
        Uploads = new UploadStorage(layout, Blobs, limits ?? new UploadLimits());
        Catalog = new RepositoryCatalog(layout);
    }

    public BlobStorage Blobs { get; }

    public TagStorage Tags { get; }

    public ManifestStorage Manifests { get; }

    public ReferrerIndex Referrers { get; }

    public UploadStorage Uploads { get; }

    public RepositoryCatalog Catalog { get; }

    public RepositoryGates Gates { get; } = new();

    public void Dispose() => Gates.Dispose();
}
