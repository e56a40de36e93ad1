using System.Diagnostics;
using System.Text;

namespace Airgap.Publishing.Signing;

/// <summary>A command line of the user's, as its shell runs it.</summary>
internal static class ShellCommand
{
    /// <summary>How it is started: by <c>/bin/sh -c</c>, on Windows by <c>cmd /d /s /c</c>. All three streams are redirected.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">All variables that it gets; null for those of this process.</param>
    public static ProcessStartInfo Start(string command, string folder, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo info = new()
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
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
