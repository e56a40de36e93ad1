using System.Runtime.ExceptionServices;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Starts flushing written bytes to the disk while more are written: otherwise the system leaves most of a file to the
/// final flush, which nothing overlaps. It guarantees nothing; the final flush does. But a failed disk reports its
/// error only once, to the first caller, so an error here counts.
/// </summary>
/// <param name="disk">The file system.</param>
/// <param name="name">The file's name in failures.</param>
internal sealed class EarlyFlush(ArchiveDisk disk, string name)
{
    private readonly Lock _turn = new();
    private long _written;
    private int _isRunning;
    private bool _isFinished;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Records written bytes.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write.</exception>
    public void Wrote(SafeFileHandle file, int bytes)
    {
        Volatile.Read(ref _failure)?.Throw();
        if (Interlocked.Add(ref _written, bytes) < disk.EarlyFlushInterval || Interlocked.Exchange(ref _isRunning, 1) == 1)
            return;
        Interlocked.Exchange(ref _written, 0);

        // The call may wait for a busy disk, but a transfer should not.
        ThreadPool.UnsafeQueueUserWorkItem(_ => Run(file), null);
    }

    /// <summary>Waits for running flushes, and starts no more.</summary>
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
            // The run ended first, or the system has no such call; an exception on this thread would end the process.
        }
        finally
        {
            Interlocked.Exchange(ref _isRunning, 0);
        }
    }
}
