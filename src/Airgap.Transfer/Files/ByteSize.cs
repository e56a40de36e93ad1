using System.Globalization;

namespace Airgap.Transfer.Files;

/// <summary>Formats a number of bytes for people.</summary>
internal static class ByteSize
{
    private static readonly string[] s_units = ["kB", "MB", "GB", "TB"];

    /// <summary>
    /// About three significant digits, in powers of 1000: <c>512 B</c>, <c>1.5 kB</c>, <c>12.3 MB</c>.
    /// </summary>
    /// <param name="bytes">0 or more.</param>
    public static string Format(long bytes)
    {
        if (bytes < 1000)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        double value = bytes;
        int unit = -1;
        while (value >= 999.95 && unit < s_units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {s_units[unit]}");
    }
}
