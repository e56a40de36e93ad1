using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>The file system as an archive needs it. A seam: tests see the order of the writes in it, and make them fail.</summary>
internal class ArchiveDisk
{
    // These give every byte of a file its place at once, so that a file that has its length needs no more.
    private static readonly string[] s_withoutHoles = ["exfat", "msdos", "vfat", "fat", "fat32"];

    /// <summary>The system's own.</summary>
    public static ArchiveDisk System { get; } = new();

    /// <summary>Takes a file, which is made where there is none, for this process alone; it may be renamed while it is held.</summary>
    /// <returns>Null when another process has it.</returns>
    public virtual FileLock? TryTake(string path) => FileLock.TryTake(path);

    /// <summary>Gives a file its length.</summary>
    public virtual void SetLength(FileStream file, long length) => file.SetLength(length);

    /// <summary>Writes bytes to their place.</summary>
    public virtual ValueTask WriteAsync(
        SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
        RandomAccess.WriteAsync(file, bytes, offset, cancellationToken);

    /// <summary>
    /// Bytes written between two calls of <see cref="BeginFlush"/>: enough for the disk to work on, and little to be left at the end.
    /// </summary>
    public virtual long EarlyFlushInterval => 32 * 1024 * 1024;

    /// <summary>Starts bringing a file to the disk, where the system has a call for that, and does not wait for it.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write.</exception>
    public virtual void BeginFlush(SafeFileHandle file, string name) => DiskSync.Current.BeginFlush(file, name);

    /// <summary>Brings a file to the disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual void Flush(SafeFileHandle file, string name) => DiskSync.Current.Flush(file, name);

    /// <summary>
    /// Has the system read a file from the disk again: what an earlier run wrote is on it only where its flush went well.
    /// </summary>
    public virtual void Forget(SafeFileHandle file) => DiskSync.Current.Forget(file);

    /// <summary>Gives a file another name, in place of a file that has it.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Brings the names in a folder to the disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual void FlushFolder(string folder) => DiskSync.Current.FlushFolder(folder);

    /// <summary>Bytes that can be written below a folder; null where the system does not say.</summary>
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

    /// <summary>True where the parts of a file that were never written take no space.</summary>
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
