namespace Airgap.Oci;

/// <summary>
/// Limits repeated checks in time, with growing pauses in between (<see cref="Backoff.Next"/>). Time is measured by a monotonic clock, so
/// setting the system's time does not matter. The time limit begins at construction.
/// </summary>
/// <param name="limit">The time after which no pause begins; zero for a single check, <see cref="Timeout.InfiniteTimeSpan"/> for no
/// limit.</param>
/// <param name="firstPause">The first pause.</param>
/// <param name="longestPause">The longest pause.</param>
/// <param name="clock">Measures time and waits; null for the system's clock.</param>
internal sealed class Polling(TimeSpan limit, TimeSpan firstPause, TimeSpan longestPause, TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _started = (clock ?? TimeProvider.System).GetTimestamp();
    private int _pauses;
    private bool _isLast;

    /// <summary>Pauses before the next check. The last pause ends at the time limit, so that the last check comes then.</summary>
    /// <returns>False, without a pause, when the time limit is reached.</returns>
    public async Task<bool> PauseAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = Backoff.Next(firstPause, ++_pauses, longestPause);
        if (limit != Timeout.InfiniteTimeSpan)
        {
            TimeSpan left = limit - _clock.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero || _isLast)
                return false;
            // Noted, since the system's timers may end a part of a millisecond before the limit, and each would be a check more.
            _isLast = left <= pause;
            if (_isLast)
                pause = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
        }

        await Task.Delay(pause, _clock, cancellationToken);
        return true;
    }
}
