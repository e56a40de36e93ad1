using System.Globalization;

namespace Airgap.Oci.Wire;

/// <summary>A registry's quota of pulls.</summary>
/// <param name="Remaining">The number of requests left.</param>
/// <param name="Limit">The number of requests per window; null if not reported.</param>
/// <param name="Window">The length of the window, or the time until the next one; null if not reported.</param>
/// <param name="Source">The address or account to which it applies; null if not reported.</param>
internal sealed record PullQuota(long Remaining, long? Limit, TimeSpan? Window, string? Source)
{
    // A shorter window is a pace, which waiting satisfies.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMinutes(10);

    /// <summary>True for a quota that outlasts a wait, such as Docker Hub's of hours.</summary>
    public bool IsLong => Window is null || Window >= s_shortest;

    /// <summary>The quota, as in "of 100 in 6 h".</summary>
    public string OfWhat
    {
        get
        {
            string window = Window is not { } time ? "" : time.TotalHours >= 1
                ? string.Create(CultureInfo.InvariantCulture, $" in {time.TotalHours:0.#} h")
                : string.Create(CultureInfo.InvariantCulture, $" in {time.TotalMinutes:0.#} min");
            return Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $" of {limit}{window}") : "";
        }
    }
}
