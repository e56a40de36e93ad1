namespace Airgap.Transfer.Sessions;

/// <summary>This product's cache folder of one user.</summary>
internal static class UserCache
{
    /// <summary>
    /// A folder in it, which may not exist yet: under <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>; on macOS <c>~/Library/Caches</c>, on
    /// Windows the local application data.
    /// </summary>
    /// <returns>Null when the user has no such folder.</returns>
    public static string? Find(string name)
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!Path.IsPathFullyQualified(cache ?? ""))
        {
            string home = Environment.GetFolderPath(
                OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile);
            if (home.Length == 0)
                return null;
            cache = OperatingSystem.IsWindows() ? home
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : Path.Combine(home, ".cache");
        }

        return Path.Combine(cache!, "airgap", name);
    }
}
