namespace Airgap.Oci;

/// <summary>Computes the waits before retries.</summary>
internal static class Backoff
{
    /// <summary>The longest wait after a transient failure.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for an overloaded host that requests no particular time.</summary>
    public static readonly TimeSpan LongestOfLoad = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest wait that a server may request. Some request hours (Docker Hub's quota); an error helps the user
    /// more than a silent hour.
    /// </summary>
    public static readonly TimeSpan LongestAskedFor = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A wait that doubles with each failure up to a limit. Random jitter subtracts up to half, so that clients that
    /// failed together do not retry together.
    /// </summary>
    /// <param name="first">The wait after the first failure.</param>
    /// <param name="failures">The number of failures, 1 or more.</param>
    /// <param name="longest">The limit.</param>
    public static TimeSpan Next(TimeSpan first, int failures, TimeSpan longest)
    {
        double whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30) - 1), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Ceiling(whole * (1 - (Random.Shared.NextDouble() / 2))));
    }
}
