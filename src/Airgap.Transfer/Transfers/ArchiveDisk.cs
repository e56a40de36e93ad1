using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The file system operations for archives. A seam for tests, which check the order of writes and make them fail.
/// </summary>
internal class ArchiveDisk
{
    // These file systems allocate a file's bytes immediately, so that a file of full length needs no more space.
    private static readonly string[] s_withoutHoles = ["exfat", "msdos", "vfat", "fat", "fat32"];

    /// <summary>The system's own implementation.</summary>
    public static ArchiveDisk System { get; } = new();

    /// <summary>Opens or creates a file for this process alone; it can be renamed while it is open.</summary>
    /// <returns>Null when another process has it.</returns>
    public virtual FileLock? TryTake(string path) => FileLock.TryTake(path);

    /// <summary>Sets a file's length.</summary>
    public virtual void SetLength(FileStream file, long length) => file.SetLength(length);

    /// <summary>
    /// Writes bytes at an offset, on the calling thread: the runtime's asynchronous file write would only block another thread of the pool,
    /// and cost a hand-over for each buffer.
    /// </summary>
    public virtual ValueTask WriteAsync(
        SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RandomAccess.Write(file, bytes.Span, offset);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Bytes written between two calls of <see cref="BeginFlush"/>: enough to keep the disk busy, and few enough that
    /// little is left at the end.
    /// </summary>
    public virtual long EarlyFlushInterval => 32 * 1024 * 1024;

    /// <summary>Starts flushing a file to the disk, if the system has a call for that, without waiting.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write.</exception>
    public virtual void BeginFlush(SafeFileHandle file, string name) => DiskSync.Current.BeginFlush(file, name);

    /// <summary>Flushes a file to the disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual void Flush(SafeFileHandle file, string name) => DiskSync.Current.Flush(file, name);

    /// <summary>
    /// Makes the system read a file from the disk again: an earlier run's content is on it only if its flush succeeded.
    /// </summary>
    public virtual void Forget(SafeFileHandle file) => DiskSync.Current.Forget(file);

    /// <summary>Renames a file, replacing a file of that name.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Flushes the names in a folder to the disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual void FlushFolder(string folder) => DiskSync.Current.FlushFolder(folder);

    /// <summary>Bytes that can be written below a folder; null if unknown.</summary>
    public virtual long? FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>True if unwritten parts of a file take no space.</summary>
    public virtual bool HasHoles(string folder)
    {
        try
        {
            return !OperatingSystem.IsWindows()
                && !s_withoutHoles.Contains(new DriveInfo(folder).DriveFormat, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
