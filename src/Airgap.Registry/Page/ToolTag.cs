namespace Airgap.Registry.Page;

/// <summary>Tags that tools maintain: imgpkg's for each image, cosign's, and the fallback for referrers.</summary>
internal static class ToolTag
{
    /// <summary>True for a tool's tag.</summary>
    public static bool IsOne(string tag)
    {
        int at = tag.IndexOf("sha256-", StringComparison.Ordinal);
        if (at < 0 || tag.Length < at + 7 + 64 || tag.AsSpan(at + 7, 64).ContainsAnyExcept("0123456789abcdef"))
            return false;
        ReadOnlySpan<char> end = tag.AsSpan(at + 7 + 64);
        return at == 0 ? end.IsEmpty || end[0] == '.' : end is ".imgpkg";
    }
}
