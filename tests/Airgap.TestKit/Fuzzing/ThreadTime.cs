using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Airgap.TestKit.Fuzzing;

/// <summary>
/// The processor time of the calling thread: the cost of work, however busy the machine is. On systems other than Linux, the
/// elapsed time.
/// </summary>
public static class ThreadTime
{
    // CLOCK_THREAD_CPUTIME_ID of linux/time.h.
    private const int ThreadClock = 3;

    /// <summary>The time used since an unspecified moment; only differences on one thread have a meaning.</summary>
    public static TimeSpan Used
    {
        get
        {
            Span<long> time = stackalloc long[2];
            return OperatingSystem.IsLinux() && Environment.Is64BitProcess && ReadClock(ThreadClock, ref time[0]) == 0
                ? TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / TimeSpan.NanosecondsPerTick)
                : Stopwatch.GetElapsedTime(0);
        }
    }

    // A timespec: seconds and nanoseconds.
    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, ref long seconds);
}
