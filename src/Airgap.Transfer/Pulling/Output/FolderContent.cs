namespace Airgap.Transfer.Pulling.Output;

/// <summary>The content of a folder, without following links.</summary>
internal static class FolderContent
{
    private const int BufferSize = 64 * 1024;

    private static readonly EnumerationOptions s_everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
    };

    /// <summary>All files and folders below, with their paths relative to the folder and <c>/</c> as separator.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="except">The full path of content to ignore; null for none.</param>
    public static IEnumerable<(string Path, FileSystemInfo Info)> List(string folder, string? except = null)
    {
        Stack<(DirectoryInfo Folder, string Prefix)> folders = new([(new DirectoryInfo(folder), "")]);
        while (folders.TryPop(out (DirectoryInfo Folder, string Prefix) next))
        {
            foreach (FileSystemInfo info in next.Folder.EnumerateFileSystemInfos("*", s_everything))
            {
                if (info.FullName == except)
                    continue;
                string path = next.Prefix + info.Name;
                yield return (path, info);
                if (info is DirectoryInfo { LinkTarget: null } child)
                    folders.Push((child, path + "/"));
            }
        }
    }

    /// <summary>Finds content of a folder that another folder does not have, byte for byte.</summary>
    /// <returns>A path in the folder; null when replacing it by the other would lose nothing.</returns>
    public static string? FindDifference(string folder, string other, string except)
    {
        foreach ((string path, FileSystemInfo info) in List(folder, except))
        {
            string twin = Path.Combine(other, path);
            bool same = info switch
            {
                DirectoryInfo { LinkTarget: null } => Directory.Exists(twin),
                FileInfo { LinkTarget: null } file => File.Exists(twin) && HasSameBytes(file, new FileInfo(twin)),
                _ => false,
            };
            if (!same)
                return path;
        }

        return null;
    }

    private static bool HasSameBytes(FileInfo one, FileInfo two)
    {
        if (one.Length != two.Length)
            return false;
        // A pipe has no length, and opening it would block.
        if (one.Length == 0)
            return Layers.SpecialFile.IsRegular(one);
        byte[] left = new byte[BufferSize];
        byte[] right = new byte[BufferSize];
        using FileStream a = one.OpenRead();
        using FileStream b = two.OpenRead();
        while (a.ReadAtLeast(left, BufferSize, throwOnEndOfStream: false) is > 0 and int read)
        {
            if (b.ReadAtLeast(right.AsSpan(0, read), read, throwOnEndOfStream: false) != read
                || !left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
                return false;
        }

        return true;
    }
}
