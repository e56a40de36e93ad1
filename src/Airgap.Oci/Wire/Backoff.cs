namespace Airgap.Oci.Wire;

/// <summary>How long to wait before something is tried again.</summary>
internal static class Backoff
{
    /// <summary>The longest wait after a failure that may pass.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for a host that is asked too much and does not say for how long.</summary>
    public static readonly TimeSpan LongestOfLoad = TimeSpan.FromSeconds(10);

    /// <summary>A server may ask for hours (Docker Hub's quota does); failing tells the user more than a silent hour would.</summary>
    public static readonly TimeSpan LongestAskedFor = TimeSpan.FromSeconds(60);

    /// <summary>A wait that doubles with each failure, up to a limit, less up to half of it, so that those who failed together do not come back together.</summary>
    /// <param name="first">The wait after the first failure.</param>
    /// <param name="failures">How many there were, 1 or more.</param>
    /// <param name="longest">The limit.</param>
    public static TimeSpan Next(TimeSpan first, int failures, TimeSpan longest)
    {
        double whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30) - 1), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Ceiling(whole * (1 - (Random.Shared.NextDouble() / 2))));
    }
}
