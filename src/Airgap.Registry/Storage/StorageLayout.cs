using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>
/// The paths of everything below the folder. Names, tags and digests are validated before they are used here.
/// </summary>
/// <remarks>Source: docker-registry (distribution) 2.8, the path layout of its storage, so that either can serve the folder.</remarks>
internal sealed class StorageLayout(string folder)
{
    /// <summary>The prefix of folders in <see cref="Temporary"/> that are waiting to be deleted.</summary>
    public const string DeletedPrefix = "deleted-";

    private readonly string _root = Path.Combine(Path.GetFullPath(folder), "docker", "registry", "v2");

    /// <summary>Contains a folder for each repository.</summary>
    public string Repositories => Path.Combine(_root, "repositories");

    /// <summary>
    /// Temporary files before their rename, next to the others, so that a rename never crosses file systems.
    /// </summary>
    public string Temporary => Path.Combine(_root, "_tmp");

    /// <summary>The file locked by the process that may change the folder.</summary>
    public string Hold => Path.Combine(_root, "_hold");

    /// <summary>Contains the content of all repositories.</summary>
    public string Blobs => Path.Combine(_root, "blobs");

    public string Blob(Digest digest)
    {
        string hex = digest.Hex;
        return Path.Combine(Blobs, digest.Algorithm, hex[..2], hex, "data");
    }

    public string Repository(string name) => Path.Combine(Repositories, name.Replace('/', Path.DirectorySeparatorChar));

    public string Layers(string name) => Path.Combine(Repository(name), "_layers");

    public string Layer(string name, Digest digest) => Link(Layers(name), digest);

    public string Manifests(string name) => Path.Combine(Repository(name), "_manifests");

    public string Revisions(string name) => Path.Combine(Manifests(name), "revisions");

    public string Revision(string name, Digest digest) => Link(Revisions(name), digest);

    /// <summary>
    /// Contains a mark for each removed manifest that may still have tags on the disk. docker-registry ignores it.
    /// </summary>
    public string AllRemoved(string name) => Path.Combine(Manifests(name), "removed");

    public string Removed(string name, Digest digest) => Path.Combine(AllRemoved(name), $"{digest.Algorithm}-{digest.Hex}");

    public string Tags(string name) => Path.Combine(Manifests(name), "tags");

    public string Tag(string name, string tag) => Path.Combine(Tags(name), tag);

    public string CurrentTag(string name, string tag) => Path.Combine(Tag(name, tag), "current", "link");

    public string TagIndex(string name, string tag, Digest digest) => Link(Path.Combine(Tag(name, tag), "index"), digest);

    public string Uploads(string name) => Path.Combine(Repository(name), "_uploads");

    public string Upload(string name, Guid id) => Path.Combine(Uploads(name), id.ToString("D"));

    private static string Link(string folder, Digest digest) => Path.Combine(folder, digest.Algorithm, digest.Hex, "link");
}
