namespace Airgap.Oci;

/// <summary>
/// Text for a terminal or a log. What a message quotes may come from a registry, an archive or a lock of somebody else's: a
/// terminal must not obey it, and nobody has to read a megabyte of it.
/// </summary>
internal static class Printable
{
    private const int MaxLength = 2000;

    /// <summary>The text with control characters as <c>\xNN</c>; what is longer than 2,000 characters loses its middle.</summary>
    public static string Of(string text)
    {
        string cut = Cut(text);
        return cut.Any(IsUnprintable) ? Cut(string.Concat(cut.Select(c => IsUnprintable(c) ? $"\\x{(int)c:x2}" : c.ToString()))) : cut;
    }

    // The end of a sentence says as much as its beginning.
    private static string Cut(string text) =>
        text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 301), "…", text.AsSpan(text.Length - 300));

    // The marks that change the direction of writing can make a line show another name than it holds.
    private static bool IsUnprintable(char c) => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
