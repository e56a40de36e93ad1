using System.Globalization;
using System.Text;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Pulling.Output;

/// <summary>
/// The record of what a pull wrote to a folder, stored outside it, so that the folder has exactly the packed content
/// and the next pull still recognises it. One text file for each folder: the folder's path, then a line <c>TICKS SIZE
/// PATH</c> for each file and folder.
/// </summary>
internal sealed class PullRecord
{
    private readonly Dictionary<string, (long Ticks, long Size)> _entries;

    private PullRecord(Dictionary<string, (long Ticks, long Size)> entries) => _entries = entries;

    /// <summary>Files of the folder.</summary>
    public int Files => _entries.Values.Count(entry => entry.Size >= 0);

    /// <summary>Length of the files.</summary>
    public long Bytes => _entries.Values.Where(entry => entry.Size >= 0).Sum(entry => entry.Size);

    /// <summary>Lists a folder.</summary>
    public static PullRecord Of(string folder)
    {
        Dictionary<string, (long, long)> entries = new(StringComparer.Ordinal);
        foreach ((string path, FileSystemInfo info) in FolderContent.List(folder))
            entries[path] = Stamp(info);
        return new PullRecord(entries);
    }

    /// <summary>The record of a folder; null for none.</summary>
    public static PullRecord? Find(string? stateFolder, string folder)
    {
        if (stateFolder is null)
            return null;
        try
        {
            Dictionary<string, (long, long)> entries = new(StringComparer.Ordinal);
            if (OwnFile.Open(FileOf(stateFolder, folder), FileAccess.Read) is not { } file)
                return null;
            using StreamReader reader = new(file, Encoding.UTF8);
            if (reader.ReadLine() != Escape(folder))
                return null;
            while (reader.ReadLine() is { } line)
            {
                string[] parts = line.Split(' ', 3);
                if (parts.Length != 3 || !TryParse(parts[0], out long ticks) || !TryParse(parts[1], out long size))
                    return null;
                entries[Uri.UnescapeDataString(parts[2])] = (ticks, size);
            }

            return new PullRecord(entries);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }

    /// <summary>Writes the record.</summary>
    /// <exception cref="Oci.AirgapException">3xxx: it cannot be written.</exception>
    public async Task SaveAsync(string stateFolder, string folder, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        text.Append(Escape(folder)).Append('\n');
        foreach ((string path, (long ticks, long size)) in _entries)
            text.Append(CultureInfo.InvariantCulture, $"{ticks} {size} {Escape(path)}\n");
        try
        {
            PrivateFolder.Make(stateFolder);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, stateFolder);
        }

        await AtomicFile.WriteAsync(
            FileOf(stateFolder, folder), Encoding.UTF8.GetBytes(text.ToString()), AtomicFile.OwnerOnly, cancellationToken);
    }

    /// <summary>
    /// Finds content that this pull did not write. If no file is as written, it is another folder at the same path,
    /// with only foreign content.
    /// </summary>
    /// <returns>A path in the folder; null when all of it is the pull's.</returns>
    public string? FindForeign(string folder, string except)
    {
        string? first = null;
        bool known = Files == 0;
        foreach ((string path, FileSystemInfo info) in FolderContent.List(folder, except))
        {
            first ??= path;
            if (!_entries.TryGetValue(path, out (long Ticks, long Size) entry)
                || entry.Size < 0 != info is DirectoryInfo { LinkTarget: null })
                return path;
            known |= entry.Size >= 0 && Stamp(info) == entry;
        }

        return known ? null : first;
    }

    private static (long Ticks, long Size) Stamp(FileSystemInfo info) =>
        info is FileInfo { LinkTarget: null } file ? (file.LastWriteTimeUtc.Ticks, file.Length) : (0, -1);

    private static bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static string Escape(string path) => Uri.EscapeDataString(path);

    private static string FileOf(string stateFolder, string folder) =>
        Path.Combine(stateFolder, CacheName.Of(folder));
}
