using System.Runtime.InteropServices;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>The file system as an archive needs it. A seam: tests see the order of the writes in it, and make them fail.</summary>
internal class ArchiveDisk
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE

    // These give every byte of a file its place at once, so that a file that has its length needs no more.
    private static readonly string[] s_withoutHoles = ["exfat", "msdos", "vfat", "fat", "fat32"];

    /// <summary>The system's own.</summary>
    public static ArchiveDisk System { get; } = new();

    /// <summary>Opens or makes a file that no other process opens meanwhile; it may be renamed while it is open.</summary>
    public virtual FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        // On Windows whatever is not shared is refused, and an open file is renamed only where its removal is shared; elsewhere only None locks.
        Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
        BufferSize = 0,
    });

    /// <summary>Gives a file its length.</summary>
    public virtual void SetLength(FileStream file, long length) => file.SetLength(length);

    /// <summary>Writes bytes to their place.</summary>
    public virtual ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
        RandomAccess.WriteAsync(file, bytes, offset, cancellationToken);

    /// <summary>Bytes written between two calls of <see cref="BeginFlush"/>: enough for the disk to work on, and little to be left at the end.</summary>
    public virtual long EarlyFlushInterval => 32 * 1024 * 1024;

    /// <summary>Starts bringing a file to the disk, where the system has a call for that, and does not wait for it.</summary>
    public virtual void BeginFlush(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, 0, 0, StartWriting);
    }

    /// <summary>Brings a file to the disk.</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Gives a file another name, in place of a file that has it.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Brings the names in a folder to the disk.</summary>
    public virtual void FlushFolder(string folder) => FolderFlush.Flush(folder);

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
            return !OperatingSystem.IsWindows() && !s_withoutHoles.Contains(new DriveInfo(folder).DriveFormat, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "sync_file_range")]
    private static extern int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
