namespace Airgap.Oci.Wire;

/// <summary>
/// A result that concurrent users share: the first starts the work, the others await it. A failure reaches the users that
/// were waiting; a later user starts again. Cancelling one user's wait does not stop the work for the others.
/// </summary>
/// <param name="start">The work; its token ends with the client.</param>
/// <param name="lifetime">The client's own token.</param>
internal sealed class Shared<T>(Func<CancellationToken, Task<T>> start, CancellationToken lifetime)
{
    private readonly Lock _lock = new();
    private Task<T>? _task;

    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> task;
        lock (_lock)
        {
            if (_task is null || _task.IsFaulted || _task.IsCanceled)
                _task = Task.Run(() => start(lifetime), CancellationToken.None);
            task = _task;
        }

        return task.WaitAsync(cancellationToken);
    }
}
