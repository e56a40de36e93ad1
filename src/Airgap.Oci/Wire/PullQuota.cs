using System.Globalization;

namespace Airgap.Oci.Wire;

/// <summary>A registry's quota of pulls.</summary>
/// <param name="Remaining">Requests that are left.</param>
/// <param name="Limit">Requests in a window; null when it does not say.</param>
/// <param name="Window">The length of the window, or the time until it begins again; null when it does not say.</param>
/// <param name="Source">Whom it counts them for, such as an address or an account; null when it does not say.</param>
internal sealed record PullQuota(long Remaining, long? Limit, TimeSpan? Window, string? Source)
{
    // A shorter one is a pace, which waiting keeps.
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
