using System.Runtime.InteropServices;
using Airgap.TestKit;

namespace Airgap.Benchmarks;

/// <summary>Builds the tool as it is released.</summary>
internal static class ToolBuild
{
    public static async Task<string> PublishAsync()
    {
        bool native = Cli.Find("gcc") is not null || Cli.Find("clang") is not null;
        string output = Path.Combine(Fixtures.RepositoryRoot, "artifacts", "benchmarks", native ? "native" : "managed");
        Console.Error.WriteLine($"Building the {(native ? "native" : "framework-dependent")} tool ...");
        (await Cli.RunAsync(
            "dotnet",
            ["publish", Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Tool"), "-c", "Release", "-r",
                RuntimeInformation.RuntimeIdentifier, $"-p:AirgapNativeTool={native}", "-o", output, "-v", "quiet"],
            timeout: TimeSpan.FromMinutes(10))).EnsureSuccess();
        return Path.Combine(output, OperatingSystem.IsWindows() ? "dotnet-airgap.exe" : "dotnet-airgap");
    }
}
