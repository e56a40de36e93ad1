using System.Globalization;

namespace Airgap.Tool.CommandLine;

/// <summary>Durations as Go writes them.</summary>
/// <remarks>Source: the documentation of Go's time.ParseDuration.</remarks>
internal static class GoDuration
{
    private const decimal MostTicks = 10_000 * TimeSpan.TicksPerDay;

    // Two code points look like a micro sign, and Go takes both.
    private static readonly (string Unit, decimal Ticks)[] Units =
        [("ns", 0.01m), ("us", 10), ("\u00b5s", 10), ("\u03bcs", 10), ("ms", 10_000), ("s", 10_000_000), ("m", 600_000_000), ("h", 36_000_000_000)];

    /// <summary>Reads numbers with units, one after the other: <c>1h30m</c>, <c>1.5s</c>. A bare 0 needs no unit.</summary>
    /// <returns>False for anything else, negative durations and those beyond ten thousand days.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
            return true;
        decimal ticks = 0;
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAnyExcept("0123456789.");
            if (end <= 0 || !decimal.TryParse(rest[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                return false;
            rest = rest[end..];
            int unitEnd = rest.IndexOfAny("0123456789.");
            string unit = (unitEnd < 0 ? rest : rest[..unitEnd]).ToString();
            int index = Array.FindIndex(Units, known => known.Unit == unit);
            if (index < 0 || number > MostTicks / Units[index].Ticks)
                return false;
            ticks += number * Units[index].Ticks;
            rest = rest[unit.Length..];
        }

        if (ticks > MostTicks)
            return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }
}
