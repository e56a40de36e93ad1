using System.Runtime;

namespace Airgap.Tool.Running;

/// <summary>
/// Defers garbage collection while a command reads data that it keeps: collections during the reading would free little, and take a sixth
/// of the time.
/// </summary>
internal static class UncollectedStart
{
    /// <summary>The allocated bytes up to which collection is deferred; beyond them, it works as usual.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    /// <summary>Does the work without garbage collection.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        bool isOff = TryBegin();
        try
        {
            return await work();
        }
        finally
        {
            if (isOff)
                End();
        }
    }

    /// <summary>
    /// Collects the garbage of the work and returns its memory to the system, a moment later, when no request waits. An idle process
    /// would never collect it.
    /// </summary>
    public static async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(s_moment, cancellationToken);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        catch (OperationCanceledException)
        {
            // The process ends soon, which frees all of its memory.
        }
    }

    private static bool TryBegin()
    {
        try
        {
            return GC.TryStartNoGCRegion(MostBytes);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException or PlatformNotSupportedException)
        {
            // Collection is already deferred, or cannot be deferred for that many bytes. The work is then only slower.
            return false;
        }
    }

    private static void End()
    {
        try
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // The work allocated more than the limit, so collection has already resumed.
        }
    }
}
