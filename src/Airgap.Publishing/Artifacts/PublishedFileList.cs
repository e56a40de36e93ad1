using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Sessions;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// Records which files the publishes of a project wrote, with the SHA-256 of each: files changed since then must not be
/// removed. The list has the format of <c>sha256sum</c>, with full paths.
/// </summary>
/// <param name="path">Full path of the list; null to keep none.</param>
internal sealed class PublishedFileList(string? path)
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    private readonly SortedDictionary<string, string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);
    // Relocations to several registries share a list.
    private readonly Lock _lock = new();
    private SortedDictionary<string, string>? _earlier;

    /// <summary>
    /// The files of earlier publishes: digests by full path. An unreadable or malformed list is empty.
    /// </summary>
    internal IReadOnlyDictionary<string, string> Earlier
    {
        get
        {
            lock (_lock)
                return _earlier ??= Read();
        }
    }

    /// <summary>Adds an artifact. Archives belong to the user and are not listed.</summary>
    public void Add(PublishedFile file)
    {
        if (file.Kind is PublishedFileKind.Archive or PublishedFileKind.Signature)
            return;
        // An existing Secret that no publish is known to have written belongs to the user.
        string? digest = file.Written ?? Earlier.GetValueOrDefault(file.Path)
            ?? (file.Kind == PublishedFileKind.Secret ? null : DigestOf(file.Path));
        if (digest is null)
            return;
        lock (_lock)
            _written[file.Path] = digest;
    }

    /// <summary>Removes a file from the list: it no longer exists, or belongs to the user.</summary>
    internal void Forget(string file)
    {
        lock (_lock)
            _forgotten.Add(file);
    }

    /// <summary>Writes the list, if it has changed.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>,
    /// <see cref="ErrorCode.FileFailure"/>.</exception>
    public void Save()
    {
        if (path is null || _written.Count + _forgotten.Count == 0)
            return;
        try
        {
            using FileLock? held = TakeAsync(path).GetAwaiter().GetResult();
            // Read again: a publish of another framework may have written its own meanwhile.
            SortedDictionary<string, string> all = Read();
            foreach (string file in _forgotten)
                all.Remove(file);
            foreach ((string file, string digest) in _written)
                all[file] = digest;
            string text = string.Concat(all.Select(pair => $"{pair.Value}  {pair.Key}\n"));
            if (File.Exists(path) && File.ReadAllText(path) == text)
                return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteAsync(path, Encoding.UTF8.GetBytes(text), mode: null, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Writes the list as <see cref="Save"/> does. It is no output of the publish, which does not fail without it.</summary>
    /// <returns>A warning if it cannot be written; otherwise null.</returns>
    public Diagnostic? TrySave()
    {
        try
        {
            Save();
            return null;
        }
        catch (AirgapException e)
        {
            return new Diagnostic(
                ErrorCode.ArtifactsNotListed,
                "The list of the files that this publish wrote cannot be written, so that neither a clean nor a later publish will " +
                $"remove them. {e.Message}",
                "Make its folder writable, or remove the files by hand when they are obsolete.");
        }
    }

    /// <summary>The SHA-256 of a file, in hex; null if it cannot be read.</summary>
    internal static string? DigestOf(string file)
    {
        try
        {
            // Reading a pipe would block, and a device has no end.
            if (!SpecialFile.IsRegular(new FileInfo(file)))
                return null;
            using FileStream stream = File.OpenRead(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }

    // Between reading and writing, another publish would lose its entries. A list that cannot be locked is written without.
    private static async Task<FileLock?> TakeAsync(string path)
    {
        Polling polling = new(s_wait, s_firstPause, s_longestPause);
        try
        {
            if (UserCache.Find("locks") is not { } folder)
                return null;
            PrivateFolder.Make(folder);
            string name = CacheName.OfFile(path);
            FileLock? taken;
            do
            {
                taken = FileLock.TryTake(Path.Combine(folder, name + ".list"), OwnFile.Private);
            }
            while (taken is null && await polling.PauseAsync(CancellationToken.None));
            return taken;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException)
        {
            return null;
        }
    }

    private SortedDictionary<string, string> Read()
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        try
        {
            foreach (string line in path is not null && File.Exists(path) ? File.ReadAllLines(path) : [])
            {
                if (line.Length > 66 && line[64..66] == "  " && line[..64].All(char.IsAsciiHexDigitLower)
                    && Path.IsPathFullyQualified(line[66..]) && !line.Contains('\0'))
                    files[line[66..]] = line[..64];
            }
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // A file with an unknown digest is not removed.
            files.Clear();
        }

        return files;
    }
}
