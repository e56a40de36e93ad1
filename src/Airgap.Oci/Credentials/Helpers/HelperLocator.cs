using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Finds a program on the PATH, without a shell.</summary>
internal static class HelperLocator
{
    // On Windows, docker looks only for helpers with this extension.
    private static readonly string[] s_windowsExtensions = [".exe", ".cmd", ".bat"];

    /// <summary>The program's full path, or null. Relative folders on the PATH are skipped: they depend on the working directory.</summary>
    public static string? Find(string program, EnvironmentVariables environment)
    {
        string[] names = OperatingSystem.IsWindows() ? [.. s_windowsExtensions.Select(extension => program + extension)] : [program];
        foreach (string entry in (environment["PATH"] ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string folder = OperatingSystem.IsWindows() ? entry.Trim('"') : entry;
            if (!Path.IsPathFullyQualified(folder))
                continue;
            foreach (string name in names)
            {
                string path = Path.Combine(folder, name);
                if (IsProgram(path))
                    return path;
            }
        }

        return null;
    }

    private static bool IsProgram(string path)
    {
        if (!File.Exists(path))
            return false;
        if (OperatingSystem.IsWindows())
            return true;
        try
        {
            const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            return (File.GetUnixFileMode(path) & executable) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
