using System.Text;

namespace Airgap.Publishing.Artifacts;

/// <summary>Examines a Secret that a user filled in.</summary>
internal static class SecretText
{
    private static readonly char[] s_between = [' ', '\t', '\r', '\n', '"', '\''];

    /// <summary>True when a Secret names a registry, in its text or in a base64 value, as in <c>data</c>.</summary>
    public static bool Names(string secret, string registry) =>
        secret.Contains(registry, StringComparison.Ordinal)
        || secret.Split(s_between, StringSplitOptions.RemoveEmptyEntries)
        .Any(word => Decode(word)?.Contains(registry, StringComparison.Ordinal) == true);

    private static string? Decode(string word)
    {
        byte[] bytes = new byte[word.Length];
        return word.Length >= 16 && Convert.TryFromBase64String(word, bytes, out int count)
            ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }
}
