using System.Globalization;
using System.Runtime.InteropServices;

namespace Airgap.Benchmarks;

/// <summary>
/// Touches the machine's free memory before what writes a large file is measured. A hypervisor may provide memory only at its first use,
/// and take it back when it is freed: a page cache that grows in such memory costs the writer several times its own time, by chance.
/// </summary>
internal static unsafe partial class WarmMemory
{
    private const int Page = 4096;
    private const int HugePages = 14; // MADV_HUGEPAGE: in large pieces, as a file's pages are taken.

    /// <summary>Touches memory, at most three quarters of what is free, so that nothing is dropped from the page cache.</summary>
    public static void Touch(long bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        nuint length = (nuint)Math.Min(bytes, FreeBytes() / 4 * 3);
        byte* memory = (byte*)NativeMemory.AlignedAlloc(length, 2 * 1024 * 1024);
        try
        {
            // Advice: where the system has no large pages, small ones are touched.
            _ = Advise(memory, length, HugePages);
            for (nuint offset = 0; offset < length; offset += Page)
                memory[offset] = 1;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static long FreeBytes() => 1024 * long.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemFree:", StringComparison.Ordinal)).Split(
            ' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);
}
