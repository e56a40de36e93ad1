using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Storage;

/// <summary>Tags: names that point at manifests of their repository.</summary>
internal sealed class TagStorage(StorageLayout layout, AtomicFiles files, RemovalMarks marks)
{
    private const string CannotHold = "its file system cannot hold this name";

    private readonly TagSpelling _spelling = new(layout);

    /// <summary>The digest that a tag points at, or null.</summary>
    public Digest? Resolve(string name, string tag) => layout.CanHold(tag)
        && AtomicFiles.ReadLink(layout.CurrentTag(name, tag)) is { } digest && !marks.IsMarked(name, digest)
        && _spelling.IsExact(name, tag) ? digest : null;

    /// <summary>Checks that a tag can be set, before anything is stored. Changes of tags with similar names wait meanwhile.</summary>
    /// <returns>Why it cannot be set, as the end of a sentence; null if it can.</returns>
    public string? Prepare(string name, string tag)
    {
        if (!layout.CanHold(tag))
            return CannotHold;
        if (_spelling.Find(name, tag) is { } found && found != tag)
        {
            if (Resolve(name, found) is not null)
                return TakesFor(found);

            // Only leftovers of a removed tag are there.
            if (MoveAway(name, found, null) is { } away)
                DeleteQuietly(away);
        }

        try
        {
            return _spelling.Claim(name, tag) is { } taken ? TakesFor(taken) : null;
        }
        catch (IOException e) when (!FullDisk.Caused(e) && !WindowsName.IsOne(tag))
        {
            // Other systems may have a file system with the rules of Windows.
            return CannotHold;
        }
    }

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
        string? away = MoveAway(name, tag, null);
        DiskSync.Current.FlushFolder(layout.Tags(name));
        if (away is not null)
            DeleteQuietly(away);
        return true;
    }

    /// <summary>True when a tag is still on the disk and the manifest that it points at was removed.</summary>
    public bool IsGone(string name, string tag) =>
        AtomicFiles.ReadLink(layout.CurrentTag(name, tag)) is { } digest && marks.IsMarked(name, digest);

    /// <summary>The tags that point at any of the given manifests, existing or removed.</summary>
    public IEnumerable<string> PointingAt(string name, HashSet<Digest> digests)
    {
        if (!Directory.Exists(layout.Tags(name)))
            yield break;
        foreach (string folder in Directory.EnumerateDirectories(layout.Tags(name)))
        {
            string tag = Path.GetFileName(folder);
            if (AtomicFiles.ReadLink(layout.CurrentTag(name, tag)) is { } digest && digests.Contains(digest))
                yield return tag;
        }
    }

    private static string TakesFor(string other) => $"its file system takes the tag for '{other}'";

    /// <summary>Moves a tag's folder out of sight in one step.</summary>
    /// <returns>The new path, to be deleted; null when there was no folder.</returns>
    public string? MoveAway(string name, string tag, string? into)
    {
        try
        {
            return files.MoveAway(layout.Tag(name, tag), into);
        }
        catch (IOException)
        {
            // Windows does not move a folder with an open file. Deleting the link also removes the tag.
            File.Delete(layout.CurrentTag(name, tag));
            return layout.Tag(name, tag);
        }
    }

    /// <summary>Deletes a moved folder. If that fails, it is deleted later, with abandoned uploads.</summary>
    public static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Tags in ordinal order.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="after">The last tag that is not listed; empty for none. Each page would otherwise look at all tags.</param>
    /// <param name="most">The most tags to list.</param>
    /// <returns>Null when the registry does not know the repository.</returns>
    public List<string>? List(string name, string after = "", int most = int.MaxValue)
    {
        if (!Directory.Exists(layout.Manifests(name)))
            return null;
        HashSet<Digest> gone = [.. marks.Of(name)];
        List<string> tags = [];
        if (Directory.Exists(layout.Tags(name)))
        {
            string[] folders = [.. Directory.EnumerateDirectories(layout.Tags(name)).Select(folder => Path.GetFileName(folder))
                .Where(tag => string.CompareOrdinal(tag, after) > 0).Order(StringComparer.Ordinal)];
            foreach (string tag in folders)
            {
                if (tags.Count == most)
                    break;
                // A sweep may move the tag away at any moment, and drop the marks at its end.
                if (gone.Count == 0
                    ? File.Exists(layout.CurrentTag(name, tag))
                    : AtomicFiles.ReadLink(layout.CurrentTag(name, tag)) is { } digest && !gone.Contains(digest))
                {
                    tags.Add(tag);
                }
            }
        }

        return tags;
    }
}
