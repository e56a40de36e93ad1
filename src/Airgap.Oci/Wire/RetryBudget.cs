namespace Airgap.Oci.Wire;

/// <summary>
/// The remaining attempts of one operation: transient failures are limited by number, refusals for load by time.
/// </summary>
internal sealed class RetryBudget(RegistryOptions options)
{
    private int _failures;
    private int _refusals;
    private long _refusedSince;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The number of attempts so far.</summary>
    public int Tries => _failures + _refusals;

    /// <summary>Records a failure.</summary>
    /// <returns>True when another attempt is left.</returns>
    public bool TryTake(TransientException failure)
    {
        if (!Refusals.IsLoad(failure.Failure.StatusCode))
        {
            _failures++;
            Delay = AskedFor(failure) ?? Backoff.Next(options.RetryDelay, _failures, Backoff.Longest);
            return _failures < options.RetryCount;
        }

        if (_refusals++ == 0)
            _refusedSince = options.TimeProvider.GetTimestamp();
        Delay = AskedFor(failure) ?? Backoff.Next(options.RetryDelay, _refusals, Backoff.LongestOfLoad);
        if (_refusals < options.RetryCount)
            return true;
        if (options.LoadWait == Timeout.InfiniteTimeSpan)
            return true;
        TimeSpan left = options.LoadWait - options.TimeProvider.GetElapsedTime(_refusedSince);
        if (left <= TimeSpan.Zero || (failure.RetryAfter is not null && Delay > left))
            return false;
        Delay = Delay < left ? Delay : left;
        return true;
    }

    private static TimeSpan? AskedFor(TransientException failure) =>
        failure.RetryAfter is { } asked ? (asked < Backoff.LongestAskedFor ? asked : Backoff.LongestAskedFor) : null;
}
