using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>A repository as an import of archives would create it.</summary>
/// <param name="changes">Told of an archive that has changed.</param>
internal sealed class ArchiveRepository(ArchiveChanges changes)
{
    private readonly Dictionary<Digest, Manifest> _manifests = [];
    private readonly Dictionary<Digest, BlobPlaces> _blobs = [];
    private readonly SortedDictionary<string, Digest> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, SortedDictionary<Digest, Referrer>> _referrers = [];
    private Lazy<ArchiveRepository>? _later;

    /// <summary>The tags in ordinal order.</summary>
    public List<string> Tags =>
        _later is null ? [.. _tags.Keys] : [.. _tags.Keys.Union(_later.Value._tags.Keys).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Adds tagged images that take time to make. They are made at the first request for content that exists only with them.
    /// </summary>
    /// <param name="make">Makes them. The repository does not have any of their tags.</param>
    public void AddLater(Action<ArchiveRepository> make) => _later = new(() =>
    {
        ArchiveRepository made = new(changes);
        make(made);
        return made;
    });

    /// <summary>Makes the postponed images, so that more content can be added.</summary>
    public void Settle()
    {
        if (_later?.Value is not { } made)
            return;
        _later = null;
        foreach (Manifest manifest in made._manifests.Values)
            AddManifest(manifest);
        foreach ((Digest digest, BlobPlaces places) in made._blobs)
            AddBlob(digest, places.Open);
        foreach ((string tag, Digest digest) in made._tags)
            SetTag(tag, digest);
    }

    /// <summary>Adds a blob; its content is opened again for each request.</summary>
    public void AddBlob(Digest digest, Func<StoredContent> open)
    {
        if (!_blobs.TryGetValue(digest, out BlobPlaces? places))
            _blobs.Add(digest, places = new BlobPlaces(changes));
        places.Add(open);
    }

    /// <summary>Adds a manifest.</summary>
    public void AddManifest(Manifest manifest)
    {
        if (!_manifests.TryAdd(manifest.Digest, manifest) || manifest.Subject is not { } subject)
            return;
        ManifestSummary? summary = ManifestSummary.TryRead(manifest.Bytes, out _);
        if (!_referrers.TryGetValue(subject.Digest, out SortedDictionary<Digest, Referrer>? referrers))
            _referrers.Add(subject.Digest, referrers = []);
        referrers.TryAdd(manifest.Digest, new Referrer(manifest.Descriptor, summary?.ArtifactType, summary?.Annotations));
    }

    /// <summary>Points a tag at a manifest.</summary>
    /// <returns>The digest that it pointed at before, if different.</returns>
    public Digest? SetTag(string tag, Digest digest)
    {
        Digest? before = _tags.TryGetValue(tag, out Digest old) && old != digest ? old : null;
        _tags[tag] = digest;
        return before;
    }

    public Digest? ResolveTag(string tag) => _tags.TryGetValue(tag, out Digest digest) ? digest : _later?.Value.ResolveTag(tag);

    public StoredContent? OpenBlob(Digest digest) =>
        _blobs.TryGetValue(digest, out BlobPlaces? places) ? places.Open() : _later?.Value.OpenBlob(digest);

    public StoredManifest? OpenManifest(Digest digest) =>
        _manifests.TryGetValue(digest, out Manifest? manifest)
            ? new StoredManifest(manifest.MediaType, new MemoryContent(manifest.Bytes)) : _later?.Value.OpenManifest(digest);

    public IReadOnlyList<Referrer> ListReferrers(Digest subject) =>
        _referrers.TryGetValue(subject, out SortedDictionary<Digest, Referrer>? referrers) ? [.. referrers.Values] : [];
}
