using System.Diagnostics;

namespace Airgap.TestKit;

/// <summary>What a program wrote and how it ended.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The result, when the program succeeded.</summary>
    public CliResult EnsureSuccess() => ExitCode == 0 ? this : throw new InvalidOperationException($"Exit code {ExitCode}.\n{Output}\n{Error}");
}

/// <summary>Runs programs.</summary>
public static class Cli
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="file">A path, or a name on the PATH.</param>
    /// <param name="arguments">Its arguments, as they are.</param>
    /// <param name="environment">Variables to set; null values remove one.</param>
    /// <param name="workingDirectory">Null for this process's.</param>
    /// <param name="timeout">After that it is ended with its children and a TimeoutException tells; two minutes by default.</param>
    /// <param name="input">What it reads from its standard input; null for nothing.</param>
    public static async Task<CliResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        TimeSpan? timeout = null,
        string? input = null)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(timeout ?? TimeSpan.FromMinutes(2));
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', start.ArgumentList)} did not end in time.\n{await output}\n{await error}");
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>Where a program is, or null when it is not on the PATH.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);
}
