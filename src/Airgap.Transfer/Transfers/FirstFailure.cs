using System.Runtime.ExceptionServices;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Ends concurrent work when a part of it fails. The first failure is reported, not the cancellations that it causes.
/// </summary>
internal sealed class FirstFailure : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Exception? _failure;

    /// <summary>Cancelled to end all parts.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Keeps a failure as the one to report, unless there was an earlier one.</summary>
    public void Keep(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>Stops all parts.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc cref="Stop"/>
    public Task StopAsync() => _stop.CancelAsync();

    /// <summary>Waits for all work before it throws, so that nothing continues in the background.</summary>
    public async Task WhenAllAsync(IEnumerable<Task> tasks)
    {
        List<Task> running = [.. tasks];
        List<Exception> failures = [];
        while (running.Count > 0)
        {
            Task finished = await Task.WhenAny(running);
            running.Remove(finished);
            if (finished.IsCompletedSuccessfully)
                continue;
            failures.AddRange(finished.Exception?.InnerExceptions ?? [new TaskCanceledException(finished)]);
            await StopAsync();
        }

        if (failures.Count > 0)
            ExceptionDispatchInfo.Throw(_failure ?? failures.Find(failure => failure is not OperationCanceledException) ?? failures[0]);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
