using System.Globalization;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>Reads a size in bytes, with or without a unit.</summary>
internal static class SizeText
{
    /// <summary>The accepted format, as a sentence.</summary>
    public const string Forms = "Write a number of bytes with or without a unit, such as 20GB.";

    private static readonly (string Unit, long Factor)[] s_units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ];

    /// <summary>Reads a size, such as <c>20GB</c>, <c>1.5 GiB</c> or <c>1048576</c>.</summary>
    /// <returns>Null for an empty text.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public static long? Parse(string flag, string? text)
    {
        if (text is null)
            return null;
        return TryParse(text, out long bytes)
            ? bytes
            : throw new AirgapException(ErrorCode.InvalidArgument, $"'{text}' is not a value of {flag}.", Forms);
    }

    /// <summary>Reads a size.</summary>
    /// <returns>False if the text is not a size.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        string number = text.Trim();
        long factor = 1;
        foreach ((string unit, long times) in s_units)
        {
            if (!number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            factor = times;
            number = number[..^unit.Length].TrimEnd();
            break;
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || value <= 0
            || value > long.MaxValue || value * factor is < 1 or > long.MaxValue)
            return false;
        bytes = (long)(value * factor);
        return true;
    }
}
