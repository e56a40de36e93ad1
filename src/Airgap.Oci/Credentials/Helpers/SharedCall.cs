using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>One asynchronous call that many wait for. It is cancelled when the last who waits gives up, not before.</summary>
internal sealed class SharedCall<T>(Func<CancellationToken, Task<T>> start)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private Task<T>? _task;
    private int _waiting;
    private bool _isAbandoned;

    /// <summary>Joins those who wait, and starts the call for the first.</summary>
    /// <returns>False when the call was cancelled: make another.</returns>
    public bool TryJoin([NotNullWhen(true)] out Task<T>? task)
    {
        lock (_lock)
        {
            task = null;
            if (_isAbandoned)
                return false;
            _waiting++;
            // Away from the lock: starting a process takes milliseconds.
            task = _task ??= Task.Run(() => start(_cancellation.Token));
            return true;
        }
    }

    /// <summary>Waits, after <see cref="TryJoin"/>. When the last gives up, returns only when the call has ended too.</summary>
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

    // True for the last to leave an unfinished call. From then on nobody joins, so that none meets another's cancellation.
    private bool Leave()
    {
        lock (_lock)
        {
            _waiting--;
            return _isAbandoned = _waiting == 0 && !_task!.IsCompleted;
        }
    }
}
