namespace Airgap.Transfer.Planning;

/// <summary>
/// Requests sent ahead of need. A caller that needs the result awaits the same task, and receives its failure.
/// </summary>
internal static class Prefetch
{
    /// <summary>Prevents a failure that is not awaited from being reported as unobserved.</summary>
    public static void Forget(Task asked) => asked.ContinueWith(
        static done => _ = done.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
