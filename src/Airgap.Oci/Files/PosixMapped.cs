using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>Changes of a file by other programs through mapped memory.</summary>
internal static partial class Posix
{
    // The first number that statfs tells. Not among them: tmpfs, which has nothing to write back to, and overlay, network and user file
    // systems, where a file's pages or its times are kept elsewhere.
    private const uint ExtFileSystem = 0xEF53; // ext2, ext3 and ext4
    private const uint XfsFileSystem = 0x58465342;
    private const uint BtrfsFileSystem = 0x9123683E;

    /// <summary>
    /// Writes back changes of a file through mapped memory; from then on the next such change sets the file's time of change, as
    /// every write does. Without this it may not: of the stores to a page the first since it was written back sets the time.
    /// </summary>
    /// <returns>False if that is not known of the system or of the file system, or where the disk fails.</returns>
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
