using System.Reflection;
using System.Text;

namespace Airgap.Tool.Running;

/// <summary>The name the tool was started under, which decides whether it behaves as imgpkg does.</summary>
/// <param name="Name">The prefix of errors and of the version.</param>
/// <param name="Version">The version, without build metadata.</param>
internal sealed record Identity(string Name, string Version)
{
    /// <summary>The tool's own name.</summary>
    public const string OwnName = "dotnet-airgap";

    /// <summary>
    /// True when started through a link named <c>imgpkg</c>: it then has imgpkg's error prefix, and prints nothing
    /// without a terminal.
    /// </summary>
    public bool IsImgpkg => Name == "imgpkg";

    /// <summary>The command as typed, for examples and advice.</summary>
    public string Invocation => IsImgpkg ? Name : "dotnet airgap";

    /// <summary>The identity of the running process.</summary>
    public static Identity OfProcess()
    {
        string version = typeof(Identity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return Of(StartedAs(), plus < 0 ? version : version[..plus]);
    }

    /// <summary>The identity of a process started by a path.</summary>
    public static Identity Of(string path, string version) =>
        new(Path.GetFileNameWithoutExtension(path) == "imgpkg" ? "imgpkg" : OwnName, version);

    // When a host starts a managed assembly, the runtime's first argument is the assembly; only the kernel knows the
    // typed name.
    private static string StartedAs()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                byte[] line = File.ReadAllBytes("/proc/self/cmdline");
                int end = Array.IndexOf(line, (byte)0);
                return Encoding.UTF8.GetString(line, 0, end < 0 ? line.Length : end);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }

        return Environment.GetCommandLineArgs() is [{ } first, ..] ? first : OwnName;
    }
}
