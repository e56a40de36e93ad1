using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Naming;

/// <summary>
/// A user name and password in front of a host, as <c>user:password@host/path</c>. No reference may have them, and no message repeats them.
/// </summary>
internal static class UserInfo
{
    /// <summary>The problem with such a text, as the end of a sentence.</summary>
    public const string Problem =
        "it has a user name or password before an '@', but credentials come only from docker's log-in or IMGPKG_ variables";

    /// <summary>True when a text is empty or has credentials, so that it cannot be a reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it, as the end of a sentence; null when it may be a reference.</param>
    public static bool IsRefused([NotNullWhen(false)] string? text, [NotNullWhen(true)] out string? problem)
    {
        problem = string.IsNullOrEmpty(text) ? "it is empty" : IsIn(text) ? Problem : null;
        return problem is not null;
    }

    /// <summary>
    /// True when a text has credentials. The part before the <c>@</c> of a digest, or of an attempt at one, is not
    /// counted.
    /// </summary>
    public static bool IsIn(string text) => EndOf(text) > 0;

    /// <summary>The text with an ellipsis instead of the credentials.</summary>
    public static string Hide(string text) => EndOf(text) is > 0 and int end ? "…@" + text[end..] : text;

    // After the last '@' that does not belong to a digest comes a host, with or without a path; a password may contain
    // anything, so everything before that '@' is hidden.
    private static int EndOf(ReadOnlySpan<char> text)
    {
        int at;
        while ((at = text.LastIndexOf('@')) > 0 && IsDigestLike(text[(at + 1)..]))
            text = text[..at];
        if (at <= 0)
            return 0;
        ReadOnlySpan<char> behind = text[(at + 1)..];
        ReadOnlySpan<char> before = text[..at];
        int scheme = before.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            before = before[(scheme + 3)..];
        return behind.Contains('/') || (!before.Contains('/') && behind.IndexOfAny('.', ':') >= 0) ? at + 1 : 0;
    }

    private static bool IsDigestLike(ReadOnlySpan<char> text) =>
        text.StartsWith("sha", StringComparison.OrdinalIgnoreCase) && text.Contains(':') && !text.Contains('/');
}
