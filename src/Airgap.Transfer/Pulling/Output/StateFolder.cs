namespace Airgap.Transfer.Pulling.Output;

/// <summary>The folder for this product's state of one user and machine.</summary>
internal static class StateFolder
{
    /// <summary>
    /// <c>$XDG_STATE_HOME/airgap/pulls</c>, by default <c>~/.local/state/airgap/pulls</c>; the local application data on Windows and macOS.
    /// Null for a user without a home.
    /// </summary>
    public static string? OfPulls()
    {
        string? root = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? LocalApplicationData() : Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(root) || !Path.IsPathFullyQualified(root))
        {
            string? home = Environment.GetEnvironmentVariable("HOME");
            root = string.IsNullOrEmpty(home) || !Path.IsPathFullyQualified(home) ? null : Path.Combine(home, ".local", "state");
        }

        return root is null ? null : Path.Combine(root, "airgap", "pulls");
    }

    private static string LocalApplicationData() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
}
