using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Producing;

/// <summary>The content of repositories as if everything had been pushed.</summary>
/// <param name="isNowhere">True for a repository that exists only by name: other content is not requested from a registry.</param>
internal sealed class LocalContent(bool isNowhere)
{
    private readonly Dictionary<string, Manifest> _manifests = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, IBlobContent> _blobs = [];

    /// <summary>True for a repository that is only a name.</summary>
    public bool IsNowhere => isNowhere;

    /// <summary>
    /// Digests of newly made content, which are not requested from a registry: it has them only if they were pushed to it.
    /// </summary>
    public IReadOnlySet<string> Made { get; init; } = new HashSet<string>();

    /// <summary>True if a tag or digest that is absent here need not be requested from the registry.</summary>
    public bool IsAbsent(string tagOrDigest) => IsNowhere || Made.Contains(tagOrDigest);

    /// <summary>The repositories of a bundle and of its images.</summary>
    public static Dictionary<RepositoryName, LocalContent> Of(ProducedBundle bundle)
    {
        Dictionary<RepositoryName, LocalContent> all = [];
        LocalContent own = Get(all, bundle.Reference.Repository);
        own.Add(bundle.Packed.Manifest, bundle.Packed.Blobs);
        own._manifests[bundle.Reference.Tag!] = bundle.Packed.Manifest;
        foreach ((RepositoryName repository, LocalImage image) in bundle.LocalImages)
        {
            foreach (Manifest manifest in image.Manifests)
                Get(all, repository).Add(manifest, image.Blobs);
        }

        return all;
    }

    /// <summary>The manifest under a tag or digest, or null.</summary>
    public Manifest? Find(string tagOrDigest) => _manifests.GetValueOrDefault(tagOrDigest);

    /// <summary>A blob, or null.</summary>
    public IBlobContent? Find(Descriptor blob) => _blobs.GetValueOrDefault(blob.Digest);

    private static LocalContent Get(Dictionary<RepositoryName, LocalContent> all, RepositoryName name)
    {
        if (!all.TryGetValue(name, out LocalContent? content))
            all.Add(name, content = new LocalContent(name.Registry == ProduceRequest.NoHost));
        return content;
    }

    /// <summary>Adds a manifest, which is found by its digest, and blobs.</summary>
    public void Add(Manifest manifest, IEnumerable<IBlobContent> blobs)
    {
        _manifests[manifest.Digest.ToString()] = manifest;
        foreach (IBlobContent blob in blobs)
            _blobs[blob.Descriptor.Digest] = blob;
    }
}
