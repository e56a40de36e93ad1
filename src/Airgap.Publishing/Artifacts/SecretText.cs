using System.Text;

namespace Airgap.Publishing.Artifacts;

/// <summary>Examines a Secret that a user filled in.</summary>
internal static class SecretText
{
    private static readonly char[] s_between = [' ', '\t', '\r', '\n', '"', '\''];

    /// <summary>True when a Secret names a registry, in its text or in a base64 value, as in <c>data</c>.</summary>
    public static bool Names(string secret, string registry) =>
        IsIn(secret, registry)
        || secret.Split(s_between, StringSplitOptions.RemoveEmptyEntries).Any(word => Decode(word) is { } text && IsIn(text, registry));

    // The name of another registry may contain it: my.reg.io, reg.io.example, reg.io:5000.
    private static bool IsIn(string text, string registry)
    {
        for (int at = 0; (at = text.IndexOf(registry, at, StringComparison.Ordinal)) >= 0; at++)
        {
            int end = at + registry.Length;
            bool begins = at == 0 || !IsOfName(text[at - 1]);
            bool ends = end == text.Length || !(IsOfName(text[end]) && text[end] != '.')
                && !(text[end] is '.' or ':' && end + 1 < text.Length && char.IsAsciiLetterOrDigit(text[end + 1]));
            if (begins && ends)
                return true;
        }

        return false;
    }

    private static bool IsOfName(char sign) => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_';

    private static string? Decode(string word)
    {
        byte[] bytes = new byte[word.Length];
        return word.Length >= 16 && Convert.TryFromBase64String(word, bytes, out int count)
            ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }
}
