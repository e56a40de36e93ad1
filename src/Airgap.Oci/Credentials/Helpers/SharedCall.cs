using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>One asynchronous call that many callers await. It is cancelled when the last caller gives up.</summary>
internal sealed class SharedCall<T>(Func<CancellationToken, Task<T>> start)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private Task<T>? _task;
    private int _waiting;
    private bool _isAbandoned;

    /// <summary>Joins the callers; the first caller starts the call.</summary>
    /// <returns>False when the call was cancelled: create another.</returns>
    public bool TryJoin([NotNullWhen(true)] out Task<T>? task)
    {
        lock (_lock)
        {
            task = null;
            if (_isAbandoned)
                return false;
            _waiting++;
            // Outside the lock: starting a process takes milliseconds.
            task = _task ??= Task.Run(() => start(_cancellation.Token));
            return true;
        }
    }

    /// <summary>Waits, after <see cref="TryJoin"/>. When the last caller gives up, returns after the call has ended.</summary>
    public async Task<T> WaitAsync(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(cancellationToken);
        }
        finally
        {
            if (Leave())
            {
                await _cancellation.CancelAsync();
                await task.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
            }
        }
    }

    // True for the last caller to leave an unfinished call. No caller can join afterwards, so that none is cancelled
    // because of another.
    private bool Leave()
    {
        lock (_lock)
        {
            _waiting--;
            return _isAbandoned = _waiting == 0 && !_task!.IsCompleted;
        }
    }
}
