namespace Airgap.Tool.Evaluation;

/// <summary>Finds the <c>dotnet</c> that runs managed programs.</summary>
internal static class DotnetHost
{
    private static readonly string s_fileName = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>
    /// The host that started this tool, else the one in <c>DOTNET_ROOT</c>, else the one on the PATH.
    /// </summary>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host))
            return host;
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && File.Exists(Path.Combine(root, s_fileName)))
            return Path.Combine(root, s_fileName);
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, s_fileName);
            if (File.Exists(candidate))
                return candidate;
        }

        return s_fileName;
    }
}
