using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>
/// Marks of manifests that were removed while tags may point at them. One rename, of the manifest's revision to its mark, removes the
/// manifest with all its tags: a tag that points at a marked manifest is gone for every reader. <see cref="TagSweep"/> clears the tags'
/// files away later.
/// </summary>
internal sealed class RemovalMarks(StorageLayout layout)
{
    /// <summary>Removes a manifest from a repository, durably. Its cost does not depend on the number of tags.</summary>
    public void Mark(string name, Digest digest) => AtomicFiles.MoveInto(layout.Revision(name, digest), layout.Removed(name, digest));

    /// <summary>True when the tags that point at a manifest are gone.</summary>
    // docker-registry ignores marks. When it stores a manifest again, the manifest's tags are valid again, and the mark does not count.
    public bool IsMarked(string name, Digest digest) =>
        File.Exists(layout.Removed(name, digest)) && !File.Exists(layout.Revision(name, digest));

    /// <summary>The manifests of a repository that have a mark.</summary>
    public List<Digest> Of(string name)
    {
        List<Digest> marked = [];
        if (!Directory.Exists(layout.AllRemoved(name)))
            return marked;
        foreach (string path in Directory.EnumerateFiles(layout.AllRemoved(name)))
        {
            if (Digest.TryParse(Path.GetFileName(path).Replace('-', ':'), out Digest digest))
                marked.Add(digest);
        }

        return marked;
    }

    /// <summary>Ends a removal: no tag points at the manifest.</summary>
    public void Drop(string name, Digest digest) => File.Delete(layout.Removed(name, digest));
}
