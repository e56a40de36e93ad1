using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Files;

/// <summary>Brings a folder's names to the disk: on Unix a file that was renamed has its new name after a power cut only then.</summary>
internal static class FolderFlush
{
    // O_RDONLY with O_CLOEXEC, which has a value of its own on macOS.
    private static readonly int s_flags = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Flushes a folder. One that may not be read is left to the system, as is every folder of Windows, which keeps a journal of names.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int descriptor = Open([.. Encoding.UTF8.GetBytes(folder), 0], s_flags);
        if (descriptor < 0)
            return;
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    // The runtime opens no folders.
    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open(byte[] path, int flags);
}
