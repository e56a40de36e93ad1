namespace Airgap.Build;

/// <summary>
/// An MSBuild task is synchronous; the work runs on the thread pool, so that waiting here cannot cause a deadlock.
/// </summary>
internal static class Waiting
{
    /// <summary>How long a cancelled run may take to clean up before the build stops waiting.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1.5);

    /// <summary>Waits for the end of a run.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled and did not end in time.</exception>
    public static T For<T>(Task<T> running, CancellationToken cancellationToken)
    {
        using ManualResetEventSlim overdue = new();
        using Timer timer = new(_ => overdue.Set());
        using CancellationTokenRegistration registration =
            cancellationToken.Register(() => timer.Change(s_grace, Timeout.InfiniteTimeSpan));
        int first = WaitHandle.WaitAny([((IAsyncResult)running).AsyncWaitHandle, overdue.WaitHandle]);
        return first == 0 ? running.GetAwaiter().GetResult() : throw new OperationCanceledException(cancellationToken);
    }
}
