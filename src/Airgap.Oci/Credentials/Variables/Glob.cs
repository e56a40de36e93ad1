namespace Airgap.Oci.Credentials.Variables;

/// <summary>
/// Wildcards within one label of a host: <c>*</c> any run, <c>?</c> one character, <c>[a-z]</c> and <c>[^a-z]</c> a
/// class. Letters are case-insensitive, as in host names.
/// </summary>
internal static class Glob
{
    /// <summary>True when every class of the pattern is closed and not empty.</summary>
    public static bool IsValid(ReadOnlySpan<char> pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '[')
                continue;
            int length = ClassLength(pattern[i..]);
            if (length == 0)
                return false;
            i += length - 1;
        }

        return true;
    }

    /// <summary>
    /// Matches a whole text. Takes at most pattern length times text length steps, because it backtracks only to the
    /// last <c>*</c>.
    /// </summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0;
        int t = 0;
        int starPattern = -1;
        int starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starText = t;
            }
            else if (p < pattern.Length && MatchOne(pattern[p..], text[t], out int length))
            {
                p += length;
                t++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                t = ++starText;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool MatchOne(ReadOnlySpan<char> pattern, char c, out int length)
    {
        length = 1;
        if (pattern[0] == '?')
            return true;
        if (pattern[0] != '[')
            return Same(pattern[0], c);
        length = ClassLength(pattern);
        if (length == 0)
            return false;
        ReadOnlySpan<char> members = pattern[1..(length - 1)];
        bool negated = members[0] == '^';
        if (negated)
            members = members[1..];
        return Contains(members, char.ToLowerInvariant(c)) != negated;
    }

    private static bool Contains(ReadOnlySpan<char> members, char c)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (i + 2 < members.Length && members[i + 1] == '-')
            {
                if (c >= char.ToLowerInvariant(members[i]) && c <= char.ToLowerInvariant(members[i + 2]))
                    return true;
                i += 2;
            }
            else if (char.ToLowerInvariant(members[i]) == c)
            {
                return true;
            }
        }

        return false;
    }

    // The length with both brackets; 0 for a class that is not closed or is empty.
    private static int ClassLength(ReadOnlySpan<char> pattern)
    {
        int first = pattern.Length > 1 && pattern[1] == '^' ? 2 : 1;
        int close = pattern.IndexOf(']');
        return close > first ? close + 1 : 0;
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
