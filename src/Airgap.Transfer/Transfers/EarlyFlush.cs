using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Starts bringing to the disk what was written, while more is: without it the system leaves most of a file to the flush at its end, which nothing
/// overlaps then. It promises nothing; the flush at the end still does, and tells what failed.
/// </summary>
internal sealed class EarlyFlush(ArchiveDisk disk)
{
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
}
