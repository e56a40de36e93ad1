using Airgap.Oci;

namespace Airgap.Cluster.Watching;

/// <summary>Pauses between watches that end too soon, by <see cref="Backoff.Next"/>.</summary>
/// <param name="clock">Measures time and waits.</param>
internal sealed class WatchBackoff(TimeProvider clock)
{
    /// <summary>The first pause is no longer than this.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>No pause is longer than this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A watch that lasted this long did not end too soon.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(5);

    private long _started;
    private int _failures;

    /// <summary>True if the watch did not end too soon.</summary>
    public bool HasLasted => clock.GetElapsedTime(_started) >= Lasting;

    /// <summary>Notes that a watch begins.</summary>
    public void Begin() => _started = clock.GetTimestamp();

    /// <summary>Pauses after a watch, unless it lasted.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        if (HasLasted)
        {
            _failures = 0;
            return Task.CompletedTask;
        }

        return Task.Delay(Backoff.Next(First, ++_failures, Longest), clock, cancellationToken);
    }
}
