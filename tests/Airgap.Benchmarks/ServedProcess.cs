using System.Diagnostics;
using System.Globalization;

namespace Airgap.Benchmarks;

/// <summary>The tool's <c>serve</c> as a process, measured from outside.</summary>
internal sealed class ServedProcess : IDisposable
{
    private readonly Process _process;

    private ServedProcess(Process process, Uri address, TimeSpan ready)
    {
        _process = process;
        Address = address;
        Ready = ready;
    }

    public Uri Address { get; }

    /// <summary>The time from the start to the line with its address.</summary>
    public TimeSpan Ready { get; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The peak of resident memory so far; null if the system does not report it.</summary>
    public long? PeakBytes => Status("VmHWM:");

    /// <summary>The current resident memory without pages of files, which the system can drop and read again; null if the system
    /// does not report it.</summary>
    public long? OwnBytes => Status("RssAnon:");

    public static async Task<ServedProcess> StartAsync(string tool, params string[] arguments)
    {
        ProcessStartInfo start = new(tool, ["serve", .. arguments, "--listen", "127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string? address = await process.StandardOutput.ReadLineAsync();
        return new ServedProcess(
            process, new Uri(address ?? throw new InvalidOperationException($"serve {string.Join(' ', arguments)} ended.")),
            Stopwatch.GetElapsedTime(started));
    }

    private long? Status(string name) => OperatingSystem.IsLinux()
        && File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(text => text.StartsWith(name, StringComparison.Ordinal)) is { } line
        ? long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024
        : null;

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
