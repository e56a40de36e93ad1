using System.Reflection;
using System.Runtime.InteropServices;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// The tool as users have it: packed and installed, once for all tests. AIRGAP_TOOL names an installed one to run instead, such
/// as the native one.
/// </summary>
[TestClass]
public sealed class PackedTool
{
    private static readonly TempFolder s_temp = new();
    private static readonly Lazy<Task<string>> s_installed = new(InstallAsync);

    /// <summary>Path of the installed executable.</summary>
    public static Task<string> PathAsync() => s_installed.Value;

    /// <summary>Path of the folder with the packages; only after <see cref="PathAsync"/>.</summary>
    public static string Packages => s_temp["packages"];

    /// <summary>True when the tests run a tool that they did not pack.</summary>
    public static bool IsGiven => Given is not null;

    private static string? Given => Environment.GetEnvironmentVariable("AIRGAP_TOOL") is { Length: > 0 } path ? path : null;

    [AssemblyCleanup]
    public static void Remove()
    {
        WarmTool.EndAll();
        s_temp.Dispose();
    }

    /// <summary>The environment of a nested dotnet, without variables of the dotnet that runs the tests.</summary>
    public static Dictionary<string, string?> DotnetEnvironment()
    {
        Dictionary<string, string?> environment = [];
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "DOTNET_HOST_PATH")
                environment[name] = null;
        }

        environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_NOLOGO"] = "1";
        return environment;
    }

    /// <summary>Packs the output of the tests' build, with a fixed time: two packs of the same output are identical.</summary>
    public static Task PackAsync(string folder)
    {
        string configuration = typeof(PackedTool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "Configuration").Value!;
        return ToolPack.RunAsync(
            configuration, folder, new Dictionary<string, string?>(DotnetEnvironment()) { ["SOURCE_DATE_EPOCH"] = "1700000000" });
    }

    private static async Task<string> InstallAsync()
    {
        if (Given is { } given)
            return given;
        Dictionary<string, string?> environment = DotnetEnvironment();
        await PackAsync(Packages);
        (await Cli.RunAsync(
            "dotnet",
            ["tool", "install", "dotnet-airgap", "--tool-path", s_temp["tool"], "--source", Packages, "--no-cache"],
            environment,
            s_temp.Path)).EnsureSuccess();
        return s_temp[Path.Combine("tool", OperatingSystem.IsWindows() ? "dotnet-airgap.exe" : "dotnet-airgap")];
    }
}
