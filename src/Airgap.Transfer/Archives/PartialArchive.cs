using Airgap.Oci;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>
/// An archive while it is written: <c>NAME.partial</c> beside the final name, held by one process at a time. It takes the final
/// name in one step, when everything in it is on the disk. Without that step it stays, for a resumed run.
/// </summary>
internal sealed class PartialArchive : IDisposable
{
    private readonly string _path;
    private readonly string _partialPath;
    private readonly FileStream _file;

    private PartialArchive(string path, string partialPath, FileStream file)
    {
        _path = path;
        _partialPath = partialPath;
        _file = file;
    }

    private SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Where an unfinished archive stands.</summary>
    public static string PathOf(string path) => path + ".partial";

    /// <summary>Opens the partial file and writes everything but the layers.</summary>
    /// <param name="path">The final path.</param>
    /// <param name="layout">What goes where.</param>
    /// <param name="keep">True to keep what the file holds already.</param>
    /// <exception cref="AirgapException">3xxx: no room, no access, no such folder, or another process is writing the same archive.</exception>
    public static PartialArchive Open(string path, ArchiveLayout layout, bool keep)
    {
        string partialPath = PathOf(path);
        FileStream? file = null;
        try
        {
            file = new FileStream(partialPath, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
            });
            if (!keep)
                file.SetLength(0);
            CheckSpace(path, layout.Length - file.Length);
            file.SetLength(layout.Length);
            PartialArchive partial = new(path, partialPath, file);
            partial.WriteHeaders(layout);
            return partial;
        }
        catch (Exception e)
        {
            bool empty = file?.Length == 0;
            file?.Dispose();
            if (empty)
                File.Delete(partialPath);
            if (e is IOException && e is not (FileNotFoundException or DirectoryNotFoundException) && IsLocked(partialPath))
            {
                throw new AirgapException(
                    ErrorCode.FileFailure,
                    $"'{partialPath}' is being written by another process.",
                    "Wait for the other run to end, or give this one another archive.",
                    e)
                { Location = new SourceLocation(path) };
            }

            if (e is IOException or UnauthorizedAccessException)
                throw IoFailures.Translate(e, path);
            throw;
        }
    }

    /// <summary>Writes bytes to their place. Several writers may be under way at once.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(Handle, bytes, offset, cancellationToken);
        }
        catch (IOException e)
        {
            throw IoFailures.Translate(e, _partialPath);
        }
    }

    /// <summary>Brings everything to the disk, then gives the file its name.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                RandomAccess.FlushToDisk(Handle);
                cancellationToken.ThrowIfCancellationRequested();
                _file.Dispose();
                File.Move(_partialPath, _path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw IoFailures.Translate(e, _path);
            }
        },
        cancellationToken);

    public void Dispose() => _file.Dispose();

    private void WriteHeaders(ArchiveLayout layout)
    {
        byte[] header = ArchiveLayout.HeaderOf(ArchiveLayout.ManifestName, layout.Manifest.Length);
        RandomAccess.Write(Handle, header, 0);
        RandomAccess.Write(Handle, layout.Manifest, header.Length);
        foreach (ArchiveLayer layer in layout.Layers)
            RandomAccess.Write(Handle, ArchiveLayout.HeaderOf(ArchiveLayout.NameOf(layer.Blob.Descriptor.Digest), layer.Blob.Descriptor.Size), layer.HeaderOffset);
    }

    // Asked before the first byte is fetched: a night's download should not end at the last gigabyte.
    private static void CheckSpace(string path, long needed)
    {
        long free;
        try
        {
            free = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return;
        }

        if (needed > free)
        {
            throw new AirgapException(
                ErrorCode.DiskFull,
                $"The archive '{path}' needs {needed} more bytes, and {free} are free.",
                "Free some space, or write it to another disk.")
            { Location = new SourceLocation(path) };
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
