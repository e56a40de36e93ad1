using System.Runtime;

namespace Airgap.Tool.Running;

/// <summary>
/// Puts the garbage collector off while something is read that stays: collections in between find little, and take a sixth of the time.
/// </summary>
internal static class UncollectedStart
{
    /// <summary>The allocated bytes up to which collection is deferred; beyond them, it works as usual.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    /// <summary>Does the work.</summary>
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
    /// Returns the memory that the work has left to the system, a moment later, when nothing waits; without further work, nothing would be
    /// collected.
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
            // All of it is given back soon.
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
            // It is put off already, or cannot be for so long. That only saves time.
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
            // It had to work before.
        }
    }
}
