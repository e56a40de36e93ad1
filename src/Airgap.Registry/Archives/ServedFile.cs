using Airgap.Oci;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Archives;

/// <summary>
/// An archive that is being served. It stays open: another file under its name changes nothing, and a change of
/// the file itself is noticed.
/// </summary>
internal sealed class ServedFile : IDisposable
{
    private readonly long _length;
    private readonly DateTime _modified;

    private ServedFile(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
        _length = RandomAccess.GetLength(handle);
        _modified = File.GetLastWriteTimeUtc(handle);
    }

    /// <summary>Its path when it was opened.</summary>
    public string Path { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>True when it has changed since it was opened.</summary>
    public bool HasChanged => RandomAccess.GetLength(Handle) != _length || File.GetLastWriteTimeUtc(Handle) != _modified;

    /// <summary>Opens an archive.</summary>
    /// <exception cref="AirgapException">A 3xxx code.</exception>
    public static ServedFile Open(string path)
    {
        try
        {
            return new ServedFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>True when the path still names the file that was opened.</summary>
    public bool IsWhatThePathNames()
    {
        using ServedFile now = Open(Path);
        return now._length == _length && now._modified == _modified && !HasChanged;
    }

    /// <summary>Fails a request for content that may have changed.</summary>
    /// <exception cref="ArchiveChangedException">The file has changed.</exception>
    public void Check()
    {
        if (HasChanged)
            throw new ArchiveChangedException(Path);
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}

/// <summary>An archive has changed while it was served.</summary>
internal sealed class ArchiveChangedException(string path) : IOException($"'{path}' has changed while it is served.");
