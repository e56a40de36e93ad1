using System.Runtime.InteropServices;

namespace Airgap.Benchmarks;

/// <summary>Names the machine on which figures were measured.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string? model = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
            : null;
        string load = OperatingSystem.IsLinux() ? $", load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : "";
        return $"{RuntimeInformation.OSDescription.Trim()}, {Environment.ProcessorCount} cores{(model is null ? "" : $" of {model}")}{load}";
    }
}
