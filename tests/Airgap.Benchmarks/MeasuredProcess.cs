using System.Diagnostics;
using System.Globalization;

namespace Airgap.Benchmarks;

/// <summary>The cost of a process.</summary>
/// <param name="Wall">The time from start to end.</param>
/// <param name="Cpu">User and system time; null if the system does not report it.</param>
/// <param name="PeakBytes">Peak resident memory; null if the system does not report it.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record Measurement(TimeSpan Wall, TimeSpan? Cpu, long? PeakBytes, int ExitCode, string Error);

/// <summary>Runs a command and measures it from outside.</summary>
internal static class MeasuredProcess
{
    public static async Task<Measurement> RunAsync(string file, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        TimeSpan? before = ProcessorTime.OfChildren();
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<long?> peak = WatchAsync(process);
        await process.WaitForExitAsync();
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        await output;
        TimeSpan? cpu = ProcessorTime.OfChildren() - before;
        return new Measurement(wall, cpu, await peak, process.ExitCode, await error);
    }

    // The kernel keeps the peak; reading it periodically misses only growth in the last instant.
    private static async Task<long?> WatchAsync(Process process)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        long? peak = null;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        string status = $"/proc/{process.Id}/status";
        while (!process.HasExited)
        {
            try
            {
                string? line = File.ReadLines(status).FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
                // Zero before the process runs its program, and after its end.
                if (line is not null && long.Parse(
                    line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) is > 0 and long high)
                    peak = high * 1024;
            }
            catch (IOException)
            {
                break;
            }

            await timer.WaitForNextTickAsync();
        }

        return peak;
    }
}
