namespace Airgap.Transfer.Layers;

/// <summary>The order of texts by their UTF-8 bytes, as Go sorts file names and JSON keys.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    private Utf8Order()
    {
    }

    /// <summary>The order.</summary>
    public static Utf8Order Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x;
        ReadOnlySpan<char> b = y;
        int common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);

        // UTF-16 and UTF-8 order differ only when a surrogate is compared with U+E000 or above: the surrogate is
        // greater.
        (char left, char right) = (a[common], b[common]);
        if (char.IsSurrogate(left) != char.IsSurrogate(right) && left >= '\uD800' && right >= '\uD800')
            return char.IsSurrogate(left) ? 1 : -1;
        return left.CompareTo(right);
    }
}
