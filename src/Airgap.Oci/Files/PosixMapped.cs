using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>Changes of a file by other programs through mapped memory.</summary>
internal static partial class Posix
{
    // The number in statfs of the accepted file systems. Others are not accepted: tmpfs writes nothing back; overlay, network and user
    // file systems keep a file's pages or times elsewhere.
    private const uint ExtFileSystem = 0xEF53; // ext2, ext3 and ext4
    private const uint XfsFileSystem = 0x58465342;
    private const uint BtrfsFileSystem = 0x9123683E;

    /// <summary>
    /// Writes back changes made through mapped memory; the next such change then sets the file's change time, as every write does.
    /// Otherwise it may not: only the first store to a page since its last write-back sets the time.
    /// </summary>
    /// <returns>False if the system or the file system is not known to do that, or if the disk fails.</returns>
    public static bool TryWriteBackMapped(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        Span<byte> told = stackalloc byte[256];
        return FileSystemCore(file, ref MemoryMarshal.GetReference(told)) >= 0
            && MemoryMarshal.Read<uint>(told) is ExtFileSystem or XfsFileSystem or BtrfsFileSystem
            && Retried(() => FlushCore(file)) >= 0;
    }
}
