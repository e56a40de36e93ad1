namespace Airgap.Transfer.Pulling.Output;

/// <summary>What a folder holds, links not followed.</summary>
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
    /// <param name="except">The full path of something in it that does not count; null for nothing.</param>
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

    /// <summary>Finds something in a folder that another does not hold just so, byte for byte.</summary>
    /// <returns>A path in the folder; null when nothing would be lost if the other took its place.</returns>
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
        // A pipe has no length, and would block the process that opens it.
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
