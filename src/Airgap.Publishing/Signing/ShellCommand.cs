using System.Diagnostics;
using Airgap.Oci.Files;

namespace Airgap.Publishing.Signing;

/// <summary>Runs a user's command line through the shell.</summary>
internal static class ShellCommand
{
    /// <summary>
    /// The start information: by <c>/bin/sh -c</c>, on Windows by <c>cmd /d /s /c</c>. All three streams are
    /// redirected.
    /// </summary>
    /// <param name="command">The command line.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">All its environment variables; null for those of this process.</param>
    public static ProcessStartInfo Start(string command, string folder, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo info = RedirectedProgram.Start("", folder);
        if (OperatingSystem.IsWindows())
        {
            info.FileName = Environment.GetEnvironmentVariable("ComSpec") is { Length: > 0 } shell ? shell : "cmd.exe";
            info.Arguments = $"/d /s /c \"{command}\"";
        }
        else
        {
            info.FileName = "/bin/sh";
            info.ArgumentList.Add("-c");
            info.ArgumentList.Add(command);
        }

        if (environment is not null)
        {
            info.Environment.Clear();
            foreach ((string name, string value) in environment)
                info.Environment[name] = value;
        }

        return info;
    }
}
