using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Airgap.Transfer.Yaml;

/// <summary>Numbers as Go reads and writes them.</summary>
internal static class GoNumber
{
    /// <summary>
    /// Reads a whole number of 64 bits with a base prefix (<c>0x</c>, <c>0o</c>, <c>0b</c>, or <c>0</c> for octal) and returns it in
    /// decimal.
    /// </summary>
    public static bool TryInt(string text, [NotNullWhen(true)] out string? value)
    {
        ReadOnlySpan<char> digits = text;
        bool negative = digits is ['-', ..];
        bool signed = negative || digits is ['+', ..];
        if (signed)
            digits = digits[1..];
        if (!TryMagnitude(digits, out ulong magnitude))
            return TrySignBehindPrefix(text, out value);
        value = null;
        ulong limit = negative ? 1UL << 63 : signed ? long.MaxValue : ulong.MaxValue;
        if (magnitude > limit)
            return false;
        value = (negative && magnitude > 0 ? "-" : "") + magnitude.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>
    /// Reads a decimal number of 64 bits and returns it as Go's <c>FormatFloat(x, 'g', -1, 32)</c> does: with the fewest digits that
    /// identify the 32-bit number.
    /// </summary>
    public static bool TryFloat(string text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (!double.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture,
            out double number) || !double.IsFinite(number))
            return false;
        value = Format((float)number);
        return true;
    }

    private static string Format(float number)
    {
        string sign = float.IsNegative(number) ? "-" : "";
        if (float.IsInfinity(number))
            return sign.Length > 0 ? "-Inf" : "+Inf";
        if (number == 0)
            return sign + "0";

        // Splits the runtime's shortest representation, in either notation, into digits and exponent.
        string text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E');
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.');
        exponent += point < 0 ? mantissa.Length : point;
        string all = mantissa.Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');
        exponent -= all.Length - digits.Length;
        digits = digits.TrimEnd('0');

        int power = exponent - 1;
        if (power is < -4 or >= 6)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(power < 0 ? '-' : '+')}{Math.Abs(power):D2}";
        }

        if (exponent <= 0)
            return $"{sign}0.{new string('0', -exponent)}{digits}";
        return exponent >= digits.Length
            ? sign + digits.PadRight(exponent, '0')
            : $"{sign}{digits[..exponent]}.{digits[exponent..]}";
    }

    // Go also reads 0b-101 as a binary number, but only if no sign precedes the prefix.
    private static bool TrySignBehindPrefix(string text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (text is not ['0', 'b', '-' or '+', _, ..] || !TryDigits(text.AsSpan(3), 2, out ulong magnitude))
            return false;
        bool negative = text[2] == '-';
        if (magnitude > (negative ? 1UL << 63 : long.MaxValue))
            return false;
        value = (negative && magnitude > 0 ? "-" : "") + magnitude.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryMagnitude(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        if (digits is not ['0', ..])
            return TryDigits(digits, 10, out value);
        if (digits.Length >= 3)
        {
            switch (digits[1])
            {
                case 'x' or 'X':
                    return TryDigits(digits[2..], 16, out value);
                case 'o' or 'O':
                    return TryDigits(digits[2..], 8, out value);
                case 'b' or 'B':
                    return TryDigits(digits[2..], 2, out value);
            }
        }

        return digits.Length == 1 || TryDigits(digits[1..], 8, out value);
    }

    private static bool TryDigits(ReadOnlySpan<char> digits, uint numberBase, out ulong value)
    {
        value = 0;
        if (digits.IsEmpty)
            return false;
        foreach (char c in digits)
        {
            uint digit = c is >= '0' and <= '9' ? (uint)(c - '0') : char.IsAsciiHexDigit(c) ? (uint)((c | 0x20) - 'a' + 10) : uint.MaxValue;
            if (digit >= numberBase)
                return false;
            UInt128 next = ((UInt128)value * numberBase) + digit;
            if (next > ulong.MaxValue)
                return false;
            value = (ulong)next;
        }

        return true;
    }
}
