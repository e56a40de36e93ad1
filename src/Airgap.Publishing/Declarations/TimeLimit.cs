using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// A limit of time as the tool's flags and a project's properties write it: a duration of Go, in whose client 0 means no limit.
/// </summary>
internal static class TimeLimit
{
    /// <summary>What may be written, for a sentence that says so.</summary>
    public const string Forms = "a duration such as 30s, 500ms or 1m30s, of 24 days at most, or 0 for no limit";

    // What the runtime's timers and sockets take is a little more.
    private const decimal MostMilliseconds = 24 * 86_400_000;

    /// <summary>Reads a limit. A part of a millisecond counts as a whole one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">The limit; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <returns>False for what is none of <see cref="Forms"/>, negative durations included.</returns>
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
