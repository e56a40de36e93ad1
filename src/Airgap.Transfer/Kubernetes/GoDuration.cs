namespace Airgap.Transfer.Kubernetes;

/// <summary>A duration in Go's format: numbers with units, such as <c>1h30m</c> or <c>1.5s</c>.</summary>
/// <remarks>Source: the documentation of Go's time.ParseDuration, which reads the field in the cluster.</remarks>
internal static class GoDuration
{
    private static readonly (string Unit, decimal Nanoseconds)[] s_units =
    [
        ("ns", 1m), ("us", 1e3m), ("\u00B5s", 1e3m), ("\u03BCs", 1e3m), ("ms", 1e6m), ("s", 1e9m), ("m", 60e9m), ("h", 3600e9m),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="nanoseconds">Its length; negative for a text with a minus.</param>
    /// <returns>False for a text that Go would refuse, including too long durations.</returns>
    public static bool TryParse(string text, out decimal nanoseconds)
    {
        nanoseconds = 0;
        ReadOnlySpan<char> rest = text;
        bool isNegative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            if (!TryTakeNumber(ref rest, out decimal number) || !TryTakeUnit(ref rest, out decimal unit))
                return false;
            nanoseconds += number * unit;
            if (nanoseconds > long.MaxValue)
                return false;
        }

        nanoseconds = isNegative ? -nanoseconds : nanoseconds;
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, out decimal number)
    {
        int length = text.IndexOfAnyExcept("0123456789.");
        number = 0;
        // A unit must follow; more than 18 digits exceed Go's range.
        if (length is <= 0 or > 18)
            return false;
        bool isNumber = decimal.TryParse(
            text[..length],
            System.Globalization.NumberStyles.AllowDecimalPoint,
            System.Globalization.CultureInfo.InvariantCulture,
            out number);
        text = text[length..];
        return isNumber;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> text, out decimal nanoseconds)
    {
        int length = text.IndexOfAny("0123456789.");
        ReadOnlySpan<char> name = length < 0 ? text : text[..length];
        nanoseconds = 0;
        foreach ((string unit, decimal value) in s_units)
        {
            if (name.SequenceEqual(unit))
                nanoseconds = value;
        }

        text = text[name.Length..];
        return nanoseconds > 0;
    }
}
