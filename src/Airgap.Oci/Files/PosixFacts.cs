using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>The system's facts about files: statx on Linux, stat on macOS, whose structures are read at their offsets.</summary>
internal static partial class Posix
{
    private const int AtFolder = -100; // AT_FDCWD
    private const int AtNoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int AtEmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicFacts = 0x7ff; // STATX_BASIC_STATS

    /// <summary>The system's facts about a file; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be examined, or another file system exception.</exception>
    public static FileFacts? Facts(string path, bool followsLinks)
    {
        Span<byte> buffer = stackalloc byte[256];
        ref byte first = ref MemoryMarshal.GetReference(buffer);
        int result = !OperatingSystem.IsMacOS() ? StatxCore(AtFolder, path, followsLinks ? 0 : AtNoFollow, BasicFacts, ref first)
            : IsIntelMac ? followsLinks ? StatOfIntelMac(path, ref first) : LstatOfIntelMac(path, ref first)
            : followsLinks ? StatOfMac(path, ref first) : LstatOfMac(path, ref first);
        if (result < 0 && Marshal.GetLastPInvokeError() is NoEntry or NotADirectory)
            return null;
        Checked(result, path);
        return Read(buffer);
    }

    /// <summary>The system's facts about an open file.</summary>
    /// <exception cref="IOException">It cannot be examined.</exception>
    public static FileFacts Facts(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[256];
        ref byte first = ref MemoryMarshal.GetReference(buffer);
        Checked(
            !OperatingSystem.IsMacOS() ? StatxCore(file, "", AtEmptyPath, BasicFacts, ref first)
            : IsIntelMac ? FstatOfIntelMac(file, ref first) : FstatOfMac(file, ref first),
            "an open file");
        return Read(buffer);
    }

    private static bool IsIntelMac => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static FileFacts Read(ReadOnlySpan<byte> told) => OperatingSystem.IsMacOS()
        ? new FileFacts(
            KindOf(Number16(told, 4)), (UnixFileMode)(Number16(told, 4) & 0xFFF), Number32(told, 16), Number32(told, 20), Number16(told, 6),
            Number32(told, 0), Number64(told, 8), Time(told, 64))
        : new FileFacts(
            KindOf(Number16(told, 28)), (UnixFileMode)(Number16(told, 28) & 0xFFF), Number32(told, 20),
            Number32(told, 24), Number32(told, 16),
            ((ulong)Number32(told, 136) << 32) | Number32(told, 140), Number64(told, 32), Time(told, 96));

    private static FileKind KindOf(int mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.Link,
        0x2000 => FileKind.Device,
        0x6000 => FileKind.Disk,
        0x1000 => FileKind.Pipe,
        _ => FileKind.Socket,
    };

    // Seconds and nanoseconds; both systems use 32 bits for the nanoseconds.
    private static long Time(ReadOnlySpan<byte> told, int at) =>
        ((long)Number64(told, at) * 1_000_000_000) + Number32(told, at + sizeof(long));

    private static ushort Number16(ReadOnlySpan<byte> told, int at) => MemoryMarshal.Read<ushort>(told[at..]);

    private static uint Number32(ReadOnlySpan<byte> told, int at) => MemoryMarshal.Read<uint>(told[at..]);

    private static ulong Number64(ReadOnlySpan<byte> told, int at) => MemoryMarshal.Read<ulong>(told[at..]);
}
