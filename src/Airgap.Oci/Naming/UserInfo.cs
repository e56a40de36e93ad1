using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Naming;

/// <summary>
/// A user name and password in front of a host, as <c>user:password@host/path</c>. No reference may have them, and no message repeats them.
/// </summary>
internal static class UserInfo
{
    /// <summary>The problem with such a text, as the end of a sentence.</summary>
    public const string Problem =
        "it has a user name or password before an '@', and credentials come from docker's log-in or IMGPKG_ variables alone";

    /// <summary>True when a text is empty or has them, so that it can be no reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it, as the end of a sentence; null when it may be one.</param>
    public static bool IsRefused([NotNullWhen(false)] string? text, [NotNullWhen(true)] out string? problem)
    {
        problem = string.IsNullOrEmpty(text) ? "it is empty" : IsIn(text) ? Problem : null;
        return problem is not null;
    }

    /// <summary>True when a text has them. What stands behind the <c>@</c> of a digest, or of an attempt at one, is none.</summary>
    public static bool IsIn(string text) => EndOf(text) > 0;

    /// <summary>The text with an ellipsis in their place.</summary>
    public static string Hide(string text) => EndOf(text) is > 0 and int end ? "…@" + text[end..] : text;

    // Behind the last '@' that is not a digest's is a host with a path, or a host alone; a password may hold anything, so all before it
    // goes.
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
