namespace Airgap.Registry.Storage;

/// <summary>The grammar of media types. An accepted text is safe in a header.</summary>
/// <remarks>Source: RFC 6838, section 4.2: a type and a subtype of restricted characters, at most 127 characters each.</remarks>
internal static class MediaTypeName
{
    private const int MaxLength = 127;

    /// <summary>True when a text is a media type without parameters.</summary>
    public static bool IsValid(string text)
    {
        int slash = text.IndexOf('/');
        return slash > 0 && IsName(text.AsSpan(0, slash)) && IsName(text.AsSpan(slash + 1));
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit(name[0]))
            return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('!' or '#' or '$' or '&' or '-' or '^' or '_' or '.' or '+'))
                return false;
        }

        return true;
    }
}
