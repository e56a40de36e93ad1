using System.Runtime.ExceptionServices;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Starts bringing to the disk what was written, while more is: without it the system leaves most of a file to the flush at its end, which
/// nothing overlaps then. It promises nothing; the flush at the end does. But a failed disk reports its error once, to the first caller, so
/// an error here counts.
/// </summary>
/// <param name="disk">The file system.</param>
/// <param name="name">What a failure calls the file.</param>
internal sealed class EarlyFlush(ArchiveDisk disk, string name)
{
    private readonly Lock _turn = new();
    private long _written;
    private int _isRunning;
    private bool _isFinished;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Takes note of bytes that were written.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write.</exception>
    public void Wrote(SafeFileHandle file, int bytes)
    {
        Volatile.Read(ref _failure)?.Throw();
        if (Interlocked.Add(ref _written, bytes) < disk.EarlyFlushInterval || Interlocked.Exchange(ref _isRunning, 1) == 1)
            return;
        Interlocked.Exchange(ref _written, 0);

        // The system may let it wait for a busy disk, and a transfer should not.
        ThreadPool.UnsafeQueueUserWorkItem(_ => Run(file), null);
    }

    /// <summary>Waits for what is under way, and begins nothing more.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write.</exception>
    public void Finish()
    {
        lock (_turn)
            _isFinished = true;
        Volatile.Read(ref _failure)?.Throw();
    }

    private void Begin(SafeFileHandle file)
    {
        try
        {
            disk.BeginFlush(file, name);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(e));
        }
    }

    private void Run(SafeFileHandle file)
    {
        try
        {
            lock (_turn)
            {
                if (!_isFinished)
                    Begin(file);
            }
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
