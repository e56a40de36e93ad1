using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// A time limit as written in the tool's flags and a project's properties: a Go duration, where 0 means no limit, as in
/// Go's HTTP client.
/// </summary>
internal static class TimeLimit
{
    /// <summary>The accepted formats, as part of a sentence.</summary>
    public const string Forms = "a duration such as 30s, 500ms or 1m30s, of 24 days at most, or 0 for no limit";

    // The runtime's timers and sockets accept slightly more.
    private const decimal MostMilliseconds = 24 * 86_400_000;

    /// <summary>Reads a limit. A fraction of a millisecond is rounded up.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">The limit; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <returns>False for a text in none of <see cref="Forms"/>, including negative durations.</returns>
    public static bool TryParse(string text, out TimeSpan limit)
    {
        limit = default;
        if (!GoDuration.TryParse(text, out decimal nanoseconds))
            return false;
        decimal milliseconds = Math.Ceiling(nanoseconds / 1_000_000);
        if (nanoseconds < 0 || milliseconds > MostMilliseconds)
            return false;
        limit = milliseconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds((long)milliseconds);
        return true;
    }
}
