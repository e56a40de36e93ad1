using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// Processes of the packed tool that run one command line after another through its own entry point (<c>tests/Airgap.WarmTool</c>), so that
/// the runtime starts and compiles only once. A process runs one command at a time; each command has the environment, folder and standard
/// streams that its own process would have. A test of the process itself (its start, signals, name, or what is preloaded)
/// starts one.
/// </summary>
internal sealed class WarmTool : IDisposable
{
    private static readonly ConcurrentBag<WarmTool> s_idle = [];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly NamedPipeServerStream _pipe;
    private readonly Process _process;

    private WarmTool(NamedPipeServerStream pipe, Process process)
    {
        _pipe = pipe;
        _process = process;
    }

    /// <summary>Whether a command can run this way: what the runtime or the loader reads at its start needs a new process.</summary>
    public static bool CanRun(IReadOnlyDictionary<string, string?> environment) =>
        OperatingSystem.IsLinux() && !PackedTool.IsGiven
        && !environment.Any(variable => variable.Value is not null && IsReadAtStart(variable.Key));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CliResult> RunAsync(
        string tool, string[] args, IReadOnlyDictionary<string, string?> environment, string folder)
    {
        WarmTool warm = s_idle.TryTake(out WarmTool? idle) ? idle : await StartAsync(tool);
        try
        {
            CliResult result = await warm.RunAsync(args, environment, folder).WaitAsync(s_limit);
            s_idle.Add(warm);
            return result;
        }
        catch (Exception e)
        {
            string ended = warm._process.HasExited ? $"ended with {warm._process.ExitCode}" : "did not answer";
            warm.Dispose();
            throw new InvalidOperationException($"The tool {ended}: {string.Join(' ', args)}", e);
        }
    }

    /// <summary>Ends the processes that wait for a command.</summary>
    public static void EndAll()
    {
        while (s_idle.TryTake(out WarmTool? idle))
            idle.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipe.Dispose();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool IsReadAtStart(string name) =>
        name.StartsWith("LD_", StringComparison.Ordinal)
        || name.StartsWith("SSL_CERT_", StringComparison.Ordinal)
        || name is "TZ"
        || (name.StartsWith("DOTNET_", StringComparison.Ordinal)
            && name is not ("DOTNET_ROOT" or "DOTNET_HOST_PATH" or "DOTNET_CLI_TELEMETRY_OPTOUT" or "DOTNET_NOLOGO"));

    private static async Task<WarmTool> StartAsync(string tool)
    {
        string name = $"airgap-warm-{Guid.NewGuid():N}";
        NamedPipeServerStream pipe = new(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        ProcessStartInfo start = Cli.StartInfo(tool, []);
        foreach ((string variable, string? value) in PackedTool.DotnetEnvironment())
            start.Environment[variable] = value;
        start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Airgap.WarmTool.dll");
        start.Environment["AIRGAP_WARM_TOOL"] = name;
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.RedirectStandardInput = true;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        if (await Task.WhenAny(pipe.WaitForConnectionAsync(), process.WaitForExitAsync()) is { } first && process.HasExited)
            throw new InvalidOperationException($"The tool did not start: {await error}");
        return new WarmTool(pipe, process);
    }

    private async Task<CliResult> RunAsync(string[] args, IReadOnlyDictionary<string, string?> environment, string folder)
    {
        Dictionary<string, string> variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        foreach ((string name, string? value) in environment)
        {
            if (value is null)
                variables.Remove(name);
            else
                variables[name] = value;
        }

        using MemoryStream request = new();
        await using (BinaryWriter writer = new(request, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(args.Length);
            foreach (string arg in args)
                writer.Write(arg);
            writer.Write(folder);
            writer.Write(variables.Count);
            foreach ((string name, string value) in variables)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }

        await _pipe.WriteAsync(request.ToArray());
        int exitCode = BitConverter.ToInt32(await ReadAsync(sizeof(int)));
        return new CliResult(exitCode, await ReadTextAsync(), await ReadTextAsync());
    }

    private async Task<string> ReadTextAsync() =>
        Encoding.UTF8.GetString(await ReadAsync(BitConverter.ToInt32(await ReadAsync(sizeof(int)))));

    private async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _pipe.ReadExactlyAsync(bytes);
        return bytes;
    }
}
