using System.Runtime;
using Airgap.Registry;

namespace Airgap.Tool.Commands;

/// <summary>Starts the registry of <c>serve</c>.</summary>
internal static class ServeStart
{
    // What an archive of a thousand images takes, parsed: nearly all of it stays, so that collecting in between finds nothing and moves
    // everything.
    private const long Budget = 32 * 1024 * 1024;

    /// <summary>Starts it; while archives are read, garbage is not collected, up to a budget.</summary>
    /// <inheritdoc cref="RegistryServer.StartAsync"/>
    public static async Task<RegistryServer> RunAsync(RegistryServerOptions options, CancellationToken cancellationToken)
    {
        bool isHeld = options.Archives.Count > 0 && TryHold();
        try
        {
            return await RegistryServer.StartAsync(options, cancellationToken);
        }
        finally
        {
            if (isHeld)
                Release();
        }
    }

    // It only saves time. Where another start is under way in the same process, or memory is short, the collector works as ever.
    private static bool TryHold()
    {
        try
        {
            return GC.TryStartNoGCRegion(Budget);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    // What was allocated beyond the budget has ended it already.
    private static void Release()
    {
        try
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
        }
    }
}
