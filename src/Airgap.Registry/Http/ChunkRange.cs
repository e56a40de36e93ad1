using System.Globalization;

namespace Airgap.Registry.Http;

/// <summary>The Content-Range of a chunk.</summary>
/// <remarks>The specification's form is START-END; RFC 9110's unit before it and total after it are accepted as well.</remarks>
internal static class ChunkRange
{
    /// <summary>Reads it.</summary>
    /// <param name="header">The header.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="end">The last byte.</param>
    public static bool TryRead(string header, out long start, out long end)
    {
        end = 0;
        ReadOnlySpan<char> text = header;
        if (text.StartsWith("bytes", StringComparison.OrdinalIgnoreCase))
            text = text["bytes".Length..].TrimStart("= ");
        if (text.IndexOf('/') is >= 0 and int slash)
            text = text[..slash];
        int dash = text.IndexOf('-');
        start = 0;
        return dash > 0
            && long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out start)
            && long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out end)
            && end >= start;
    }
}
