using System.Reflection;
using System.Text;

namespace Airgap.Tool.Running;

/// <summary>The name the tool was started under, which decides whose capabilities it has.</summary>
/// <param name="Name">Stands before errors and versions.</param>
/// <param name="Version">The version, without build metadata.</param>
internal sealed record Identity(string Name, string Version)
{
    /// <summary>The tool's own name.</summary>
    public const string OwnName = "dotnet-airgap";

    /// <summary>True for a link named <c>imgpkg</c>: its error prefix, and its silence without a terminal.</summary>
    public bool IsImgpkg => Name == "imgpkg";

    /// <summary>How a person types it, for examples and advice.</summary>
    public string Invocation => IsImgpkg ? Name : "dotnet airgap";

    /// <summary>The running process's.</summary>
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

    // Where a host starts a managed assembly, the runtime's first argument is the assembly; the kernel knows the name that was typed.
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
