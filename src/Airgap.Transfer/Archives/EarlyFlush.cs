using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>
/// Starts bringing to the disk what was written, while more is: without it the system leaves most of a file to the flush at its end, which nothing
/// overlaps then. It promises nothing; the flush at the end still does, and tells what failed.
/// </summary>
internal sealed class EarlyFlush(ArchiveDisk disk)
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE

    private long _written;
    private int _isRunning;

    /// <summary>Takes note of bytes that were written.</summary>
    public void Wrote(SafeFileHandle file, int bytes)
    {
        if (Interlocked.Add(ref _written, bytes) < disk.EarlyFlushInterval || Interlocked.Exchange(ref _isRunning, 1) == 1)
            return;
        Interlocked.Exchange(ref _written, 0);

        // The system may let it wait for a busy disk, and a transfer should not.
        ThreadPool.UnsafeQueueUserWorkItem(_ => Run(file), null);
    }

    /// <summary>Starts it, where the system has a call for that.</summary>
    internal static void Start(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, 0, 0, StartWriting);
    }

    private void Run(SafeFileHandle file)
    {
        try
        {
            disk.BeginFlush(file);
        }
        catch (Exception e) when (e is ObjectDisposedException or EntryPointNotFoundException or DllNotFoundException)
        {
            // The run ended first, or the system has no such call; on this thread it would end the process.
        }
        finally
        {
            Interlocked.Exchange(ref _isRunning, 0);
        }
    }

    [DllImport("libc", EntryPoint = "sync_file_range")]
    private static extern int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
