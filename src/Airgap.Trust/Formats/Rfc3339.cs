using System.Globalization;

namespace Airgap.Trust.Formats;

/// <summary>Times in the one form that signatures use. A reader that guesses would take a time that others refuse.</summary>
/// <remarks>Source: RFC 3339, section 5.6, without lower case, as Go reads it.</remarks>
internal static class Rfc3339
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss";

    private static readonly string[] s_forms = [Seconds + "'Z'", Seconds + "zzz", Seconds + ".FFFFFFF'Z'", Seconds + ".FFFFFFFzzz"];

    /// <summary>Reads one; null for any other form.</summary>
    public static DateTimeOffset? Read(string text) => !text.Contains(".Z", StringComparison.Ordinal)
        && (text.EndsWith('Z') || text is [.., '+' or '-', _, _, ':', _, _])
        && DateTimeOffset.TryParseExact(
            Shorten(text), s_forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    // Go writes up to nine digits of a second, and .NET reads seven.
    private static string Shorten(string text)
    {
        int dot = text.IndexOf('.');
        int end = dot + 1;
        while (dot >= 0 && end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return dot >= 0 && end - dot is > 8 and <= 10 ? text[..(dot + 8)] + text[end..] : text;
    }
}
