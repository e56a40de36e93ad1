using System.Globalization;

namespace Airgap.Registry.Http;

/// <summary>The part of a blob that a client asks for.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Count">The number of bytes.</param>
/// <remarks>
/// Source: RFC 9110, section 14. Other forms, and several ranges, are answered with the whole content, as the RFC
/// allows.
/// </remarks>
internal readonly record struct ByteRange(long Offset, long Count)
{
    /// <summary>Reads a Range header.</summary>
    /// <param name="header">The header, or null.</param>
    /// <param name="length">The content's length in bytes.</param>
    /// <param name="range">The part; the whole when the result is <see cref="Verdict.Whole"/>.</param>
    public static Verdict Read(string? header, long length, out ByteRange range)
    {
        range = new ByteRange(0, length);
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return Verdict.Whole;
        ReadOnlySpan<char> text = header.AsSpan("bytes=".Length).Trim();
        int dash = text.IndexOf('-');
        if (dash < 0)
            return Verdict.Whole;
        ReadOnlySpan<char> first = text[..dash];
        ReadOnlySpan<char> last = text[(dash + 1)..];
        if (first.IsEmpty)
        {
            if (!TryNumber(last, out long suffix))
                return Verdict.Whole;
            if (suffix == 0 || length == 0)
                return Verdict.Unsatisfiable;
            suffix = Math.Min(suffix, length);
            range = new ByteRange(length - suffix, suffix);
            return Verdict.Part;
        }

        long end = long.MaxValue;
        if (!TryNumber(first, out long start) || (!last.IsEmpty && !TryNumber(last, out end)) || end < start)
            return Verdict.Whole;
        if (start >= length)
            return Verdict.Unsatisfiable;
        range = new ByteRange(start, Math.Min(end, length - 1) - start + 1);
        return Verdict.Part;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The result of a Range header.</summary>
    internal enum Verdict
    {
        Whole,
        Part,
        Unsatisfiable,
    }
}
