using System.Diagnostics;
using System.Globalization;

namespace Airgap.TestKit;

/// <summary>The output and exit code of a program.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The result, when the program succeeded.</summary>
    public CliResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"Exit code {ExitCode}.\n{Output}\n{Error}");

    /// <summary>Fails the test unless the program ended with exit code 1 and an error that contains these phrases.</summary>
    public void AssertFailed(params string[] phrases)
    {
        Assert.AreEqual(1, ExitCode, $"{Output}\n{Error}");
        foreach (string phrase in phrases)
            Assert.Contains(phrase, Error);
    }

    /// <summary>Fails the test unless the tool printed only one error, with this code and phrase.</summary>
    public void AssertRefused(string code, string phrase)
    {
        AssertFailed(phrase);
        Assert.IsEmpty(Output);
        Assert.StartsWith($"dotnet-airgap: Error: {code}: ", Error);
    }
}

/// <summary>Runs programs.</summary>
public static class Cli
{
    private static readonly Lazy<bool> s_ignoresSignals = new(IgnoresSignals);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="file">A path, or a name on the PATH.</param>
    /// <param name="arguments">Its arguments, unchanged.</param>
    /// <param name="environment">Variables to set; null values remove one.</param>
    /// <param name="workingDirectory">Null for this process's.</param>
    /// <param name="timeout">The time before it is killed with its children, with a TimeoutException; default: 2 minutes.</param>
    /// <param name="input">Its standard input; null for an empty one.</param>
    public static async Task<CliResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        TimeSpan? timeout = null,
        string? input = null)
    {
        ProcessStartInfo start = StartInfo(file, arguments);
        start.RedirectStandardInput = true;
        start.WorkingDirectory = workingDirectory ?? "";
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
            throw new TimeoutException(
                $"{file} {string.Join(' ', start.ArgumentList)} did not end in time.\n{await output}\n{await error}");
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>
    /// The start information of a program whose output is read. Some signals may be ignored by this process, as in a background job of
    /// a shell; they still end the program, because a test that interrupts it means it.
    /// </summary>
    public static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments)
    {
        const string Defaults = "--default-signal=HUP,INT,QUIT,TERM";
        ProcessStartInfo start = s_ignoresSignals.Value && Find("env") is { } env
            ? new(env, [Defaults, file, .. arguments]) : new(file, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }

    // A mask of signals in hexadecimal, the first signal in the lowest bit: HUP, INT, QUIT, TERM.
    private static bool IgnoresSignals()
    {
        const ulong Signals = 1UL << 0 | 1UL << 1 | 1UL << 2 | 1UL << 14;
        const string Field = "SigIgn:";
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } mask
            && (ulong.Parse(mask[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Signals) != 0;
    }

    /// <summary>Where a program is, or null when it is not on the PATH.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);
}
