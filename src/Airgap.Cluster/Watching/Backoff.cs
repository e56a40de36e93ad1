namespace Airgap.Cluster.Watching;

/// <summary>
/// The pauses between streams that end too soon: each twice as long as the one before, with some chance in it, so that many clients do
/// not come at once.
/// </summary>
/// <param name="clock">Tells the time, and waits.</param>
/// <param name="chance">Gives a number from 0 to 1; null for the system's.</param>
internal sealed class Backoff(TimeProvider clock, Func<double>? chance = null)
{
    private const int MostDoublings = 7;

    /// <summary>The first pause is no longer than this.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>No pause is longer than this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A stream that held for so long did not end too soon.</summary>
    public static readonly TimeSpan Held = TimeSpan.FromSeconds(5);

    private readonly Func<double> _chance = chance ?? Random.Shared.NextDouble;
    private long _started;
    private int _soon;

    /// <summary>A stream begins.</summary>
    public void Begin() => _started = clock.GetTimestamp();

    /// <summary>The stream ended: pauses, unless it held.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_started) >= Held)
        {
            _soon = 0;
            return Task.CompletedTask;
        }

        double pause = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, _soon));
        _soon = Math.Min(_soon + 1, MostDoublings);
        return Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + (0.5 * _chance()))), clock, cancellationToken);
    }
}
