using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd.Secrets;

/// <summary>
/// The packed tool, a registry that requires credentials, and a check of everything that leaves the tool: its output, its files, and the
/// arguments of the processes that it starts.
/// </summary>
internal sealed class SecretBench : IAsyncDisposable
{
    public const string User = "robot";

    // Contains characters that each encoding writes differently.
    public const string Password = "s3cret+of/the=test&more?yes";
    public const string Wrong = "wr0ng+of/the=test&more?no";
    public const string Token = "t0ken.of-the_test.eyJhbGciOiJub25lIn0";

    private readonly Bench _bench;
    private readonly TokenServer? _tokens;
    private readonly KnownSecrets _secrets = new();
    private readonly List<CliResult> _results = [];

    private SecretBench(Bench bench, RegistryFixture registry, TokenServer? tokens)
    {
        _bench = bench;
        Registry = registry;
        _tokens = tokens;
        _secrets.Add(Password, Wrong, Token);
    }

    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    public RegistryFixture Registry { get; }

    public TempFolder Folder => _bench.Folder;

    public Dictionary<string, string?> Environment => _bench.Environment;

    /// <summary>The arguments of the processes that the tool started, and its own.</summary>
    public string StartedWith => File.Exists(Folder["started.txt"]) ? File.ReadAllText(Folder["started.txt"]) : "";

    /// <summary>Starts it.</summary>
    /// <param name="withTokens">True for a registry with a token server, false for one with Basic authentication.</param>
    public static async Task<SecretBench> StartAsync(bool withTokens)
    {
        Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        TokenServer? tokens = withTokens ? await TokenServer.StartAsync(User, Password) : null;
        RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { WithFixtures = true, Tokens = tokens, BasicAuth = withTokens ? null : (User, Password) });
        SecretBench made = new(bench, registry, tokens);
        bench.Environment["NO_PROXY"] = bench.Environment["no_proxy"] = "127.0.0.1";
        string dotnet = Path.Combine(bench.Environment["DOTNET_ROOT"]!, "dotnet");
        bench.Environment["DOTNET_HOST_PATH"] = made.WriteProgram("dotnet", $"unset DOTNET_HOST_PATH; exec '{dotnet}' \"$@\"");
        await File.WriteAllTextAsync(bench.Folder["file"], "content");
        using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            await File.WriteAllTextAsync(bench.Folder["sign.key"], key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(bench.Folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><ImgpkgBundle Include="{registry.Host}/mirror/simple-app-bundle:v1.0.0" PackageRepository="simple" /></ItemGroup>
            </Project>
            """);
        File.Copy(Fixtures.Golden("simple-app-bundle.bundle-lock.yml"), bench.Folder["bundle.lock.yml"]);
        await File.WriteAllTextAsync(
            bench.Folder["airgap.lock.json"],
            $$"""{"version":1,"items":{"{{registry.Host}}/mirror/simple-app-bundle:v1.0.0":"{{Digest}}"} }""");
        Directory.CreateDirectory(bench.Folder["repository/packages"]);
        await File.WriteAllTextAsync(bench.Folder["repository/packages/metadata.yml"], """
            apiVersion: data.packaging.carvel.dev/v1alpha1
            kind: PackageMetadata
            metadata:
              name: simple-app.corp.com
            spec:
              displayName: simple
            """);
        return made;
    }

    /// <summary>Runs the tool with <c>--debug</c>; <c>{host}</c> and <c>{bundle}</c> stand for the registry and a bundle in it.</summary>
    public async Task<CliResult> RunAsync(params string[] command)
    {
        string[] args = [.. command.Select(word => word
            .Replace("{bundle}", $"{Registry.Host}/mirror/simple-app-bundle:v1.0.0", StringComparison.Ordinal)
            .Replace("{host}", Registry.Host, StringComparison.Ordinal))];
        // The suggest directive must come first on a command line.
        if (!args[0].StartsWith('['))
            args = [.. args, "--debug"];
        CliResult result = args[0] == "serve" ? await ServeAsync(args) : await _bench.RunAsync(args);
        _results.Add(result);
        return result;
    }

    /// <summary>Writes the docker config.</summary>
    public void WriteConfig(string json) => File.WriteAllText(Folder["home/config.json"], json);

    /// <summary>Writes a credential helper for the registry.</summary>
    public void WriteHelper(string body)
    {
        Environment["PATH"] =
            $"{Path.GetDirectoryName(WriteProgram("docker-credential-known", body))}:{System.Environment.GetEnvironmentVariable("PATH")}";
        WriteConfig($"{{\"credHelpers\":{{\"{Registry.Host}\":\"known\"}}}}");
    }

    /// <summary>
    /// Looks for every form of every secret in what was printed, in every file that was written, and in the arguments of processes.
    /// </summary>
    public void AssertKept()
    {
        if (_tokens is not null)
            _secrets.Add(_tokens.Issued);
        foreach (CliResult result in _results)
        {
            Assert.IsNull(_secrets.FindIn(result.Output), result.Output);
            Assert.IsNull(_secrets.FindIn(result.Error), result.Error);
        }

        string config = Folder["home/config.json"];
        string programs = Folder["home/bin"] + Path.DirectorySeparatorChar;
        string[] found = [.. _secrets.FindBelow(
            Folder.Path, path => path == config || path.StartsWith(programs, StringComparison.Ordinal))];
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        if (_tokens is not null)
            await _tokens.DisposeAsync();
        await _bench.DisposeAsync();
    }

    // The script records its own arguments and those of the process that started it.
    private string WriteProgram(string name, string body)
    {
        string path = Folder[$"home/bin/{name}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(
            path, $"#!/bin/sh\n{{ echo \"{name} $*\"; tr '\\0' ' ' < /proc/$PPID/cmdline; echo; }} >> '{Folder["started.txt"]}'\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    // Runs until it is told to end; each of its clients sends it a password.
    private async Task<CliResult> ServeAsync(string[] args)
    {
        using Process tool = _bench.Start(args);
        Task<string> error = tool.StandardError.ReadToEndAsync();
        string address = await tool.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1))
            ?? throw new InvalidOperationException(await error);
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        using HttpResponseMessage answer = await client.GetAsync(new Uri("v2/_catalog", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        (await Cli.RunAsync("kill", ["-TERM", tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        string output = await tool.StandardOutput.ReadToEndAsync();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return new CliResult(tool.ExitCode, address + output, await error);
    }
}
