using System.Diagnostics;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>The output of a run of <c>dotnet</c>.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output and standard error.</param>
internal sealed record DotnetResult(int ExitCode, string Output)
{
    /// <summary>The lines that contain a text.</summary>
    public string[] Lines(string text) =>
        [.. Output.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Contains(text, StringComparison.Ordinal))];

    /// <summary>Fails the test when the run failed.</summary>
    public DotnetResult Succeeded()
    {
        Assert.AreEqual(0, ExitCode, Output);
        return this;
    }

    /// <summary>Fails the test unless the run failed with this code, and all its errors have codes of ours.</summary>
    public DotnetResult FailedWith(string code)
    {
        Assert.AreEqual(1, ExitCode, Output);
        Assert.Contains($"error {code}: ", Output);
        Assert.DoesNotContain("MSB4", Output);
        Assert.DoesNotContain("   at ", Output);
        return this;
    }
}

/// <summary>Runs the SDK as a user would, independently of the build that runs these tests.</summary>
internal static class Dotnet
{
    /// <summary>Runs <c>dotnet</c> to its end.</summary>
    public static async Task<DotnetResult> RunAsync(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        CliResult result = await Cli.RunAsync("dotnet", arguments, Variables(environment), folder, TimeSpan.FromMinutes(3));
        return new DotnetResult(result.ExitCode, result.Output + result.Error);
    }

    /// <summary>Starts <c>dotnet</c>.</summary>
    public static Process Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        ProcessStartInfo start = Cli.StartInfo("dotnet", arguments);
        start.WorkingDirectory = folder;
        foreach ((string name, string? value) in Variables(environment))
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    /// <summary>The variables of such a run besides those of this process; null removes one.</summary>
    public static Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string?> environment)
    {
        // The SDK that runs the tests sets variables that another SDK process would use as its own.
        Dictionary<string, string?> variables =
            Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsTrace).ToDictionary(name => name, _ => (string?)null);
        variables["MSBUILDDISABLENODEREUSE"] = "1";
        variables["MSBUILDTERMINALLOGGER"] = "off";
        variables["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        variables["DOTNET_CLI_UI_LANGUAGE"] = "en";
        variables["DOTNET_NOLOGO"] = "1";
        // The tests' builds are too short for it.
        variables["DOTNET_TieredPGO"] = "0";
        foreach ((string name, string? value) in environment)
            variables[name] = value;
        return variables;
    }

    private static bool IsTrace(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("IMGPKG", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_HOST_PATH" or "Configuration" or "CI";
}
