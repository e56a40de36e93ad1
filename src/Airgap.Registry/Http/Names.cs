namespace Airgap.Registry.Http;

/// <summary>The grammar of names in URLs. It also keeps every path inside the folder: no segment starts with a dot or underscore.</summary>
/// <remarks>Source: OCI distribution specification 1.1, "Pulling manifests".</remarks>
internal static class Names
{
    private const int MaxRepositoryLength = 255;
    private const int MaxTagLength = 128;

    /// <summary>True when a text is a repository's name.</summary>
    public static bool IsRepository(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxRepositoryLength)
            return false;
        foreach (Range segment in name.Split('/'))
        {
            if (!IsSegment(name[segment]))
                return false;
        }

        return true;
    }

    /// <summary>True when a text is a tag.</summary>
    public static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.Length is 0 or > MaxTagLength || tag[0] is '.' or '-')
            return false;
        foreach (char c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        }

        return true;
    }

    // Runs of lower-case letters and digits, joined by one '.', one or two '_', or any number of '-'.
    private static bool IsSegment(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty || !IsAlphanumeric(segment[0]) || !IsAlphanumeric(segment[^1]))
            return false;
        for (int i = 0; i < segment.Length;)
        {
            char c = segment[i];
            if (IsAlphanumeric(c))
            {
                i++;
                continue;
            }

            int run = segment[i..].IndexOfAnyExcept(c);
            bool allowed = c switch { '.' => run == 1, '_' => run <= 2, '-' => true, _ => false };
            if (!allowed || !IsAlphanumeric(segment[i + run]))
                return false;
            i += run;
        }

        return true;
    }

    private static bool IsAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
