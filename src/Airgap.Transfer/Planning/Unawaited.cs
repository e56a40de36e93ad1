namespace Airgap.Transfer.Planning;

/// <summary>Questions asked ahead of need. A caller that needs the answer awaits the same task, or its failure.</summary>
internal static class Unawaited
{
    /// <summary>Keeps a failure that nobody awaits from being reported as unobserved.</summary>
    public static void Forget(Task asked) => asked.ContinueWith(
        static done => _ = done.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
