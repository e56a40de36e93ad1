using System.Diagnostics;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// The packed tool, a registry that answers for every host (it is the tool's proxy for plain http), and a folder to work in.
/// Nothing of the user's home or credentials gets in.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly string _tool;

    private Bench(string tool, RegistryFixture registry)
    {
        _tool = tool;
        Registry = registry;
        string proxy = registry.Address.ToString().TrimEnd('/');
        Environment = PackedTool.DotnetEnvironment();
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("IMGPKG_", StringComparison.Ordinal) || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase))
                Environment[name] = null;
        }

        Environment["HOME"] = Folder["home"];
        Environment["DOCKER_CONFIG"] = Folder["home"];
        Environment["REGISTRY_AUTH_FILE"] = null;
        Environment["XDG_RUNTIME_DIR"] = null;
        Environment["HTTP_PROXY"] = proxy;
        Environment["http_proxy"] = proxy;

        // Nothing listens there: https fails at once, without a lookup of names that only this proxy knows.
        Environment["HTTPS_PROXY"] = Environment["https_proxy"] = "http://127.0.0.1:1";
        Directory.CreateDirectory(Folder["home"]);
    }

    public RegistryFixture Registry { get; }

    public TempFolder Folder { get; } = new();

    public Dictionary<string, string?> Environment { get; }

    public static Task<Bench> StartWithFixturesAsync() => StartAsync(new RegistryFixtureOptions { WithFixtures = true });

    public static async Task<Bench> StartAsync(RegistryFixtureOptions options) =>
        new(await PackedTool.PathAsync(), await RegistryFixture.StartAsync(options));

    /// <summary>
    /// Runs the tool in the folder, in a process that ran other commands before where one will do (<see cref="WarmTool"/>).
    /// </summary>
    public Task<CliResult> RunAsync(params string[] args) =>
        WarmTool.CanRun(Environment) ? WarmTool.RunAsync(_tool, args, Environment, Folder.Path) : RunFreshAsync(args);

    /// <summary>Runs the tool in the folder, in a process of its own: for what a process does once, at its start or its end.</summary>
    public Task<CliResult> RunFreshAsync(params string[] args) => Cli.RunAsync(_tool, args, Environment, Folder.Path);

    /// <summary>Runs the tool by a script of the shell, which starts it by <c>"$@"</c>.</summary>
    /// <param name="shell">The command that runs the shell, such as one that gives it mounts of its own.</param>
    /// <param name="script">The script.</param>
    /// <param name="args">The tool's arguments.</param>
    public Task<CliResult> RunByScriptAsync(string[] shell, string script, params string[] args) =>
        Cli.RunAsync(shell[0], [.. shell[1..], "sh", "-c", script, "sh", _tool, .. args], Environment, Folder.Path);

    /// <summary>Runs the tool under the name imgpkg.</summary>
    public Task<CliResult> RunAsImgpkgAsync(params string[] args)
    {
        string link = Folder[Path.Combine("home", "imgpkg")];
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, _tool);
        return Cli.RunAsync(link, args, Environment, Folder.Path);
    }

    /// <summary>Runs the tool with <c>--json</c>.</summary>
    public async Task<(CliResult Result, JsonElement Document)> RunJsonAsync(params string[] args)
    {
        CliResult result = await RunAsync([.. args, "--json"]);
        return (result, JsonDocument.Parse(result.Output).RootElement);
    }

    /// <summary>Starts the tool, for tests that meddle with it while it runs.</summary>
    public Process Start(params string[] args)
    {
        ProcessStartInfo start = Cli.StartInfo(_tool, args);
        start.WorkingDirectory = Folder.Path;
        foreach ((string name, string? value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The files that a failed run must not leave: all but partial ones and the test's own.</summary>
    public string[] Finished(params string[] own) =>
        [.. Directory.GetFiles(Folder.Path).Select(path => Path.GetFileName(path)!)
            .Where(name => !name.Contains("partial", StringComparison.Ordinal) && !own.Contains(name))];

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        Folder.Dispose();
    }
}
