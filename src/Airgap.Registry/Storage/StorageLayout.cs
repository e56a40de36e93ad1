using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Storage;

/// <summary>
/// The paths of everything below the folder. Names, tags and digests are validated before they are used here.
/// </summary>
/// <remarks>Source: docker-registry (distribution) 2.8, the path layout of its storage, so that either can serve the folder.</remarks>
internal class StorageLayout(string folder)
{
    /// <summary>The prefix of folders in <see cref="Temporary"/> that are waiting to be deleted.</summary>
    public const string DeletedPrefix = "deleted-";

    private readonly string _root = Path.Combine(Path.GetFullPath(folder), "docker", "registry", "v2");

    /// <summary>True when the system takes names that differ only by case for one another.</summary>
    public virtual bool IgnoresCase => Directory.Exists(Path.Combine(Path.GetDirectoryName(_root)!, "V2"));

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

    /// <summary>The folder that the system finds under a tag's name: perhaps another tag's, see <see cref="TagSpelling"/>.</summary>
    public virtual string Tag(string name, string tag) => Path.Combine(Tags(name), tag);

    public string CurrentTag(string name, string tag) => Path.Combine(Tag(name, tag), "current", "link");

    public string TagIndex(string name, string tag, Digest digest) => Link(Path.Combine(Tag(name, tag), "index"), digest);

    public string Uploads(string name) => Path.Combine(Repository(name), "_uploads");

    public string Upload(string name, Guid id) => Path.Combine(Uploads(name), id.ToString("D"));

    /// <summary>True when the system can have a file of that name.</summary>
    public virtual bool CanHold(string segment) => !OperatingSystem.IsWindows() || WindowsName.IsOne(segment);

    /// <summary>True when the system can have the folders of a repository.</summary>
    public bool CanHoldRepository(string name) => name.Split('/').All(CanHold);

    private static string Link(string folder, Digest digest) => Path.Combine(folder, digest.Algorithm, digest.Hex, "link");
}
