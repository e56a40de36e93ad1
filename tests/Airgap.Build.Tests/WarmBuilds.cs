using System.Collections.Concurrent;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>
/// MSBuild servers that run the builds of many tests, and one compiler server, so that the SDK starts only once. A server
/// runs one build at a time, with the folder, environment and output of the command; each test has its own
/// projects. A test of the process itself (its signals, arguments, nodes) starts one: <see cref="Dotnet.RunAsync"/>.
/// </summary>
internal static class WarmBuilds
{
    // MSBuild finds its server by this value among others, so each value has its own server.
    private const string Salt = "MSBUILDNODEHANDSHAKESALT";
    private const string UseServer = "DOTNET_CLI_USE_MSBUILD_SERVER";

    private static readonly string s_compiler = $"airgap-{Guid.NewGuid():N}";
    private static readonly ConcurrentBag<string> s_idle = [];
    private static readonly ConcurrentBag<string> s_all = [];

    /// <summary>
    /// Runs <c>dotnet</c> to its end, with a server that is idle or a new one, and without a restore that has nothing to do.
    /// </summary>
    public static async Task<DotnetResult> RunAsync(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        Restores restores = Restores.Of(folder, arguments, environment);
        (DotnetResult ended, string log) = await RunLoggedAsync(folder, restores.Arguments(), environment);
        DotnetResult result = WithItsCode(ended, log);
        restores.Ran(result);
        return result;
    }

    /// <summary>Runs <c>dotnet restore</c>, unless the folder or an equivalent one is already restored.</summary>
    public static async Task RestoreAsync(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        string[] command = ["restore", .. arguments];
        if (!Restores.Of(folder, command, environment).AreDone())
            (await RunAsync(folder, command, environment)).Succeeded();
    }

    /// <summary>Ends the servers.</summary>
    public static async Task EndAllAsync()
    {
        foreach (string server in s_all)
        {
            (await Dotnet.RunAsync(
                Path.GetTempPath(), ["build-server", "shutdown", "--msbuild"], With(server, new Dictionary<string, string?>())))
                .Succeeded();
        }

        if (!s_all.IsEmpty)
        {
            (await Dotnet.RunAsync(
                Path.GetTempPath(), ["exec", PackedPackage.CompilerServer, "-shutdown", $"-pipename:{s_compiler}"],
                new Dictionary<string, string?>())).Succeeded();
        }
    }

    /// <summary>Runs <c>dotnet</c> with a server, if possible.</summary>
    /// <returns>The client's result, and the log of the server's build; empty without a server.</returns>
    internal static async Task<(DotnetResult Result, string Log)> RunLoggedAsync(
        string folder, string[] arguments, IReadOnlyDictionary<string, string?> environment)
    {
        // On Windows a server would keep the tasks' files open.
        if (OperatingSystem.IsWindows())
            return (await Dotnet.RunAsync(folder, arguments, environment), "");
        arguments = [.. arguments, "-p:UseSharedCompilation=true", $"-p:SharedCompilationId={s_compiler}"];
        // What tells MSBuild of its nodes tells it of the server's too.
        if (environment.Keys.Any(name => name.StartsWith("MSBUILD", StringComparison.Ordinal)))
            return (await Dotnet.RunAsync(folder, arguments, environment), "");
        if (!s_idle.TryTake(out string? server))
        {
            server = $"airgap-{Guid.NewGuid():N}";
            s_all.Add(server);
        }

        using TempFolder logs = new();
        string log = logs["build.log"];
        // A file-based app is built by the client itself, which refuses other arguments of MSBuild.
        string[] logger = arguments.Any(argument => argument.EndsWith(".cs", StringComparison.Ordinal))
            ? [] : ["-fileLogger9", $"-fileLoggerParameters9:LogFile={log};Verbosity=quiet;Summary"];
        DotnetResult result = await Dotnet.RunAsync(folder, [.. arguments, .. logger], With(server, environment));
        string text = logger.Length > 0 ? await ReadEndedAsync(log, result.ExitCode == 1) : "";
        s_idle.Add(server);
        return (result, text);
    }

    // A client that ends too early may do so before the server has written the end of its log.
    private static async Task<string> ReadEndedAsync(string log, bool mayComeLate)
    {
        using SemaphoreSlim changes = new(0);
        using FileSystemWatcher watcher = new(Path.GetDirectoryName(log)!);
        watcher.Changed += (_, _) => changes.Release();
        watcher.Created += (_, _) => changes.Release();
        watcher.EnableRaisingEvents = mayComeLate;
        while (true)
        {
            string text = "";
            if (File.Exists(log))
            {
                using StreamReader reader = new(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
                text = await reader.ReadToEndAsync();
            }

            if (!mayComeLate || text.Contains("Build succeeded.", StringComparison.Ordinal)
                || text.Contains("Build FAILED.", StringComparison.Ordinal) || !await changes.WaitAsync(TimeSpan.FromSeconds(5)))
                return text;
        }
    }

    private static Dictionary<string, string?> With(string server, IReadOnlyDictionary<string, string?> environment) =>
        new(environment)
        {
            [Salt] = server,
            [UseServer] = "1",
            ["MSBUILDDISABLENODEREUSE"] = null,
            // If the tests are killed, their servers end by themselves after this many milliseconds without a build.
            ["MSBUILDNODECONNECTIONTIMEOUT"] = "120000",
        };

    /// <summary>
    /// The result with the code of its build. The client of MSBuild's server may end before it has read the result of a successful
    /// build: it then exits with 1 and without an error (dotnet/msbuild#14172). The server's own log says how the build ended.
    /// </summary>
    /// <param name="result">The client's result.</param>
    /// <param name="log">The log of the server's build; empty for none.</param>
    internal static DotnetResult WithItsCode(DotnetResult result, string log)
    {
        bool saysWhy = result.Output.Contains("error ", StringComparison.Ordinal)
            || result.Output.Contains("error:", StringComparison.Ordinal);
        if (result.ExitCode != 1 || saysWhy)
            return result;
        return log.Contains("Build succeeded.", StringComparison.Ordinal) && !log.Contains("Build FAILED.", StringComparison.Ordinal)
            ? result with { ExitCode = 0 }
            : result with { Output = $"{result.Output}\nThe build says no error. Its server's log:\n{log}" };
    }
}
