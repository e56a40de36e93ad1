using System.Collections.Concurrent;
using System.IO.Enumeration;

namespace Airgap.TestKit.Registries;

/// <summary>
/// A copy of fixtures/storage that one test may change. A copy has 1,500 files and folders, and file systems create them slowly
/// right after as many were removed. So a test's changes are undone, and the next test gets the same copy.
/// </summary>
public sealed class StorageCopy : IDisposable
{
    private static readonly string s_source = Path.Combine(Fixtures.Root, "storage");
    private static readonly Lazy<Dictionary<string, Entry>> s_entries = new(() => EntriesOf(s_source));
    private static readonly ConcurrentBag<TempFolder> s_idle = [];

    private TempFolder? _temp;

    static StorageCopy() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (TempFolder copy in s_idle)
            copy.Dispose();
    };

    private StorageCopy(TempFolder temp)
    {
        _temp = temp;
        Folder = FolderIn(temp);
    }

    /// <summary>The copy.</summary>
    public string Folder { get; }

    /// <summary>A copy that equals the fixtures, and that no other test uses until it is disposed.</summary>
    public static StorageCopy Take()
    {
        while (s_idle.TryTake(out TempFolder? idle))
        {
            if (IsRestored(FolderIn(idle)))
                return new StorageCopy(idle);
            idle.Dispose();
        }

        TempFolder temp = new();
        TempFolder.Copy(s_source, FolderIn(temp));
        return new StorageCopy(temp);
    }

    /// <summary>Restores a folder that was a copy of fixtures/storage.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>False when restoring costs more than a new copy, or failed.</returns>
    public static bool IsRestored(string folder)
    {
        try
        {
            Dictionary<string, Entry> wanted = s_entries.Value;
            HashSet<string> missing = [.. wanted.Keys];
            List<string> foreign = [];
            foreach ((string path, Entry entry) in EntriesOf(folder))
            {
                if (!wanted.TryGetValue(path, out Entry? original) || (original != entry && !original.IsFolder))
                    foreign.Add(path);
                else if (original == entry)
                    missing.Remove(path);
                else
                    return false;
            }

            // Folders come before their content, in both directions.
            foreach (string path in foreign.Order(StringComparer.Ordinal))
                Remove(Path.Combine(folder, path));
            foreach (string path in missing.Order(StringComparer.Ordinal))
                Put(path, folder);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _temp, null) is { } temp)
            s_idle.Add(temp);
    }

    private static string FolderIn(TempFolder temp) => temp["storage"];

    private static void Remove(string path)
    {
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            Directory.Delete(path, recursive: true);
        else if (Directory.Exists(Path.GetDirectoryName(path)))
            File.Delete(path);
    }

    private static void Put(string path, string folder)
    {
        if (s_entries.Value[path].IsFolder)
            Directory.CreateDirectory(Path.Combine(folder, path));
        else
            File.Copy(Path.Combine(s_source, path), Path.Combine(folder, path));
    }

    private static Dictionary<string, Entry> EntriesOf(string folder)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        FileSystemEnumerable<(string Path, Entry Entry)> entries =
            new(folder, (ref FileSystemEntry entry) => (entry.ToFullPath()[(folder.Length + 1)..], Entry.Of(ref entry)), all)
            {
                // A link was made by a test, and leads elsewhere.
                ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
        return entries.ToDictionary(pair => pair.Path, pair => pair.Entry);
    }

    // A copied file has the time of its source; a changed or replaced file has another.
    private sealed record Entry(bool IsFolder, bool IsLink, long Length, DateTimeOffset Written, UnixFileMode Mode)
    {
        public static Entry Of(ref FileSystemEntry entry)
        {
            FileSystemInfo info = entry.ToFileSystemInfo();
            UnixFileMode mode = OperatingSystem.IsWindows() ? UnixFileMode.None : info.UnixFileMode;
            bool isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
            return entry.IsDirectory
                ? new Entry(true, isLink, 0, default, mode) : new Entry(false, isLink, entry.Length, entry.LastWriteTimeUtc, mode);
        }
    }
}
