using System.Runtime.InteropServices;

namespace Airgap.Benchmarks;

/// <summary>Processor time, user and system together; null if the system does not report it.</summary>
internal static partial class ProcessorTime
{
    /// <summary>The time of all child processes that have ended.</summary>
    public static TimeSpan? OfChildren() => Of(-1);

    /// <summary>The time of the calling thread.</summary>
    public static TimeSpan? OfThread() => Of(1);

    // Source: getrusage(2).
    private static TimeSpan? Of(int who)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<long> usage = stackalloc long[18];
        return GetRUsage(who, ref MemoryMarshal.GetReference(usage)) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3])
            : null;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetRUsage(int who, ref long usage);
}
