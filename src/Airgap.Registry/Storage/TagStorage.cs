using Airgap.Oci.Content;

namespace Airgap.Registry.Storage;

/// <summary>Tags: names that point at manifests of their repository.</summary>
internal sealed class TagStorage(StorageLayout layout, AtomicFiles files)
{
    /// <summary>What a tag points at, or null.</summary>
    public Digest? Resolve(string name, string tag) => AtomicFiles.ReadLink(layout.CurrentTag(name, tag));

    /// <summary>Points a tag at a manifest that is in the repository.</summary>
    public void Set(string name, string tag, Digest digest)
    {
        files.WriteLink(layout.TagIndex(name, tag, digest), digest);
        files.WriteLink(layout.CurrentTag(name, tag), digest);
    }

    /// <summary>Removes a tag.</summary>
    /// <returns>False when there is none.</returns>
    public bool Delete(string name, string tag)
    {
        if (Resolve(name, tag) is null)
            return false;
        File.Delete(layout.CurrentTag(name, tag));
        Directory.Delete(layout.Tag(name, tag), recursive: true);
        return true;
    }

    /// <summary>All tags in ordinal order.</summary>
    /// <returns>Null when the registry does not know the repository.</returns>
    public List<string>? List(string name)
    {
        if (!Directory.Exists(layout.Manifests(name)))
            return null;
        List<string> tags = [];
        if (Directory.Exists(layout.Tags(name)))
        {
            foreach (string folder in Directory.EnumerateDirectories(layout.Tags(name)))
            {
                string tag = Path.GetFileName(folder);
                if (File.Exists(layout.CurrentTag(name, tag)))
                    tags.Add(tag);
            }
        }

        tags.Sort(StringComparer.Ordinal);
        return tags;
    }
}
