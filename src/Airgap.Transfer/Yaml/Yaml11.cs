using System.Globalization;
using System.Text.RegularExpressions;

namespace Airgap.Transfer.Yaml;

/// <summary>The type of a plain scalar.</summary>
internal enum YamlKind
{
    /// <summary>A text.</summary>
    String,

    /// <summary>Null, or an empty scalar.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A whole number.</summary>
    Int,

    /// <summary>A number.</summary>
    Float,

    /// <summary>A date or time: read as a text, and written in quotes.</summary>
    Timestamp,
}

/// <summary>
/// The types of plain scalars in YAML 1.1 as Go's YAML library resolves them, and the text that such a value becomes where text is expected
/// (<c>n</c> → <c>false</c>, <c>1.0</c> → <c>1</c>, <c>0777</c> → <c>511</c>).
/// </summary>
/// <remarks>Source: imgpkg-compatible reading of locks; yaml.org/type for the grammar, without base 60 numbers.</remarks>
internal static partial class Yaml11
{
    /// <summary>Determines the type of a plain scalar.</summary>
    /// <returns>The kind, and the value as text; empty for null.</returns>
    public static (YamlKind Kind, string Text) Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return (YamlKind.Null, "");
            case "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return (YamlKind.Bool, "true");
            case "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return (YamlKind.Bool, "false");
            case ".nan" or ".NaN" or ".NAN":
                return (YamlKind.Float, "NaN");
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return (YamlKind.Float, "+Inf");
            case "-.inf" or "-.Inf" or "-.INF":
                return (YamlKind.Float, "-Inf");
        }

        if (text[0] == '.')
            return PointFloat().IsMatch(text) && GoNumber.TryFloat(text, out string? point)
                ? (YamlKind.Float, point) : (YamlKind.String, text);
        if (text[0] is not ('+' or '-' or (>= '0' and <= '9')))
            return (YamlKind.String, text);
        if (IsTimestamp(text))
            return (YamlKind.Timestamp, text);
        string plain = text.Replace("_", "", StringComparison.Ordinal);
        if (GoNumber.TryInt(plain, out string? integer))
            return (YamlKind.Int, integer);
        return Float().IsMatch(plain) && GoNumber.TryFloat(plain, out string? number) ? (YamlKind.Float, number) : (YamlKind.String, text);
    }

    /// <summary>True if a text written plain would be read as something else.</summary>
    public static bool NeedsQuotes(string text) => Resolve(text).Kind != YamlKind.String || Base60().IsMatch(text);

    private static bool IsTimestamp(string text)
    {
        Match match = Timestamp().Match(text);
        return match.Success && IsTime(match);
    }

    /// <summary>True if the numbers of a match are a date and a time; a missing number is 0.</summary>
    public static bool IsTime(Match match)
    {
        int year = Number("year");
        int month = Number("month");
        int day = Number("day");
        return month is >= 1 and <= 12
            && day >= 1 && day <= DateTime.DaysInMonth(year == 0 ? 2000 : year, month)
            && Number("hour") < 24 && Number("minute") < 60 && Number("second") < 60
            && Number("zoneHour") <= 24 && Number("zoneMinute") < 60;

        int Number(string group) =>
            match.Groups[group] is { Success: true } value
                ? int.Parse(value.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^\.[0-9](_?[0-9])*([eE][-+]?[0-9](_?[0-9])*)?\z")]
    private static partial Regex PointFloat();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\z")]
    private static partial Regex Base60();

    [GeneratedRegex("""
        ^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})
        (
          [Tt](?<hour>[0-9]{1,2}):(?<minute>[0-9]{1,2}):(?<second>[0-9]{1,2})([.,][0-9]+)?(Z|[-+](?<zoneHour>[0-9]{2}):(?<zoneMinute>[0-9]{2}))
        | [ ]+(?<hour>[0-9]{1,2}):(?<minute>[0-9]{1,2}):(?<second>[0-9]{1,2})([.,][0-9]+)?
        )?\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Timestamp();
}
