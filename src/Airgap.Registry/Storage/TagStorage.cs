using System.Collections.Concurrent;
using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>Tags: names that point at manifests of their repository.</summary>
internal sealed class TagStorage(StorageLayout layout, AtomicFiles files)
{
    /// <summary>The digest that a tag points at, or null.</summary>
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
        if (TryMoveAway(name, tag, null) is { } away)
            DeleteQuietly(away);
        return true;
    }

    /// <summary>
    /// Removes all tags that point at a manifest, while nobody else changes the repository. Their folders go out of sight at once, and off the disk
    /// later. Where no other tag is left, that takes one rename, however many tags there are.
    /// </summary>
    /// <returns>Completes when the folders are deleted; no caller has to wait for it.</returns>
    public Task DeleteAllOf(string name, Digest digest)
    {
        if (!Directory.Exists(layout.Tags(name)))
            return Task.CompletedTask;
        ConcurrentBag<string> gone = [];
        int kept = 0;
        Parallel.ForEach(Directory.EnumerateDirectories(layout.Tags(name)), folder =>
        {
            string tag = Path.GetFileName(folder);
            Digest? target = Resolve(name, tag);
            if (target == digest)
                gone.Add(tag);
            else if (target is not null)
                Volatile.Write(ref kept, 1);
        });
        if (gone.IsEmpty)
            return Task.CompletedTask;
        if (kept == 0 && TryMoveAllAway(name) is { } all)
            return Task.Run(() => DeleteQuietly(all));
        string trash = Path.Combine(layout.Temporary, $"{StorageLayout.DeletedPrefix}{Guid.NewGuid():N}");
        Parallel.ForEach(gone, tag => TryMoveAway(name, tag, trash));
        return Task.Run(() => DeleteQuietly(trash));
    }

    private string? TryMoveAllAway(string name)
    {
        try
        {
            return files.MoveAway(layout.Tags(name));
        }
        catch (IOException)
        {
            // Windows does not move a folder with an open file.
            return null;
        }
    }

    private string? TryMoveAway(string name, string tag, string? into)
    {
        try
        {
            return files.MoveAway(layout.Tag(name, tag), into);
        }
        catch (IOException)
        {
            // Windows does not move a folder with an open file. Deleting the link removes the tag, too.
            File.Delete(layout.CurrentTag(name, tag));
            return layout.Tag(name, tag);
        }
    }

    /// <summary>Deletes a folder that was moved away. What cannot be deleted now is deleted later, with abandoned uploads.</summary>
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
