using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>
/// The calls of Linux and macOS that the runtime does not offer, or whose failures it hides. The values of flags and
/// errors are those of the running system. Not for Windows.
/// </summary>
internal static partial class Posix
{
    // ENOENT, EINTR, EACCES, EPERM, EINVAL are the same everywhere; the others have a value of their own on macOS.
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int NotADirectory = 20;
    private const int InvalidArgument = 22;
    private const int CloseOnExecOfLinux = 0x80000;
    private const int CloseOnExecOfMac = 0x1000000;
    private const int FullFlush = 51; // F_FULLFSYNC of macOS: fsync leaves bytes in the drive's cache there
    private const int Forget = 4; // POSIX_FADV_DONTNEED

    /// <summary>
    /// Opens a file that exists. A link as the last component is refused, and a pipe without a reader does not block.
    /// </summary>
    /// <exception cref="IOException">It failed, or another file system exception.</exception>
    public static SafeFileHandle OpenUnfollowed(string path, FileAccess access) => new(
        Checked(Retried(() => OpenCore(path, AccessOf(access) | CloseOnExec | NoFollow | NonBlocking)), path), ownsHandle: true);

    /// <summary>Opens a folder to flush it; null if it may not be read.</summary>
    /// <exception cref="IOException">It failed, or another file system exception.</exception>
    public static SafeFileHandle? TryOpenFolder(string path)
    {
        int descriptor = Retried(() => OpenCore(path, CloseOnExec));
        return descriptor < 0 && Failure(Marshal.GetLastPInvokeError(), path) is UnauthorizedAccessException
            ? null
            : new SafeFileHandle(Checked(descriptor, path), ownsHandle: true);
    }

    /// <summary>Flushes a file or folder to the disk.</summary>
    /// <param name="file">The open file, with any access.</param>
    /// <param name="name">Its name in an error message.</param>
    /// <exception cref="IOException">The disk failed, at this write or at an earlier one. A file system without such a
    /// call is not a failure.</exception>
    public static void Flush(SafeFileHandle file, string name)
    {
        if (OperatingSystem.IsMacOS() && Retried(() => ControlCore(file, FullFlush)) >= 0)
            return;
        if (Retried(() => FlushCore(file)) < 0 && Marshal.GetLastPInvokeError() is var error && !IsUnsupported(error))
            throw Failure(error, name);
    }

    /// <summary>Flushes the file system of a folder to the disk. Only Linux has the call.</summary>
    /// <returns>False if there is no such call.</returns>
    /// <exception cref="IOException">The disk failed since the folder was opened.</exception>
    public static bool FlushVolume(SafeFileHandle folder, string name)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        if (Retried(() => FlushVolumeCore(folder)) < 0 && Marshal.GetLastPInvokeError() is var error && !IsUnsupported(error))
            throw Failure(error, name);
        return true;
    }

    /// <summary>Starts to flush a file to the disk, on Linux, and does not wait for it.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write. The system reports it only once: the final
    /// flush may not report it again.</exception>
    public static void BeginFlush(SafeFileHandle file, string name)
    {
        const uint startWriting = 2; // SYNC_FILE_RANGE_WRITE
        if (OperatingSystem.IsLinux() && Retried(() => SyncRangeCore(file, 0, 0, startWriting)) < 0
            && Marshal.GetLastPInvokeError() is var error && !IsUnsupported(error))
            throw Failure(error, name);
    }

    /// <summary>
    /// Drops a file from the system's page cache, so that reading it shows the content of the disk. Does nothing if
    /// that is not possible.
    /// </summary>
    public static void ForgetCached(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = AdviseCore(file, 0, 0, Forget);
    }

    /// <summary>
    /// Locks a file exclusively or shared. The lock is released by <see cref="Unlock"/>, or when the last copy of the
    /// handle is closed, at the latest when the process ends.
    /// </summary>
    /// <returns>
    /// False when another process has locked it. True on a file system without locks, as in the runtime.
    /// </returns>
    public static bool TryLock(SafeFileHandle file, bool isShared = false)
    {
        int how = (isShared ? 1 : 2) | 4; // LOCK_SH or LOCK_EX, and LOCK_NB
        return Retried(() => LockCore(file, how)) >= 0 || Marshal.GetLastPInvokeError() != WouldBlock;
    }

    /// <summary>Releases a lock, for all copies of the handle.</summary>
    public static void Unlock(SafeFileHandle file) => _ = Retried(() => LockCore(file, 8)); // LOCK_UN

    /// <summary>Writes bytes at the current position of an open file, and advances it.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, string name)
    {
        while (!bytes.IsEmpty)
        {
            nint written = WriteCore(file, bytes, (nuint)bytes.Length);
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error == WouldBlock)
                Thread.Sleep(10);
            else if (error != Interrupted)
                throw Failure(error, name);
        }
    }

    /// <summary>Creates a folder that does not exist yet, with exactly a mode.</summary>
    /// <exception cref="IOException">It exists, or cannot be created; or another file system exception.</exception>
    public static void MakeFolder(string path, UnixFileMode mode) => Checked(MakeFolderCore(path, (uint)mode), path);

    /// <summary>False if this user may not create anything in a folder; true if that is not known.</summary>
    public static bool MayCreateIn(string folder) =>
        Retried(() => AccessCore(folder, 2 | 1)) >= 0 || Marshal.GetLastPInvokeError() is not (13 or 30); // EACCES, EROFS

    /// <summary>
    /// Sets a file's owner and group. Only root may change the owner; any user may choose one of their own groups.
    /// </summary>
    public static bool TryGive(SafeFileHandle file, uint owner, uint group) => GiveCore(file, owner, group) >= 0;

    /// <summary>The effective user of this process.</summary>
    public static uint User => UserCore();

    /// <summary>True for the error of a lock held by another process.</summary>
    public static int WouldBlock => OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>The exception that the runtime would make of an error.</summary>
    public static Exception Failure(int error, string path)
    {
        string message = $"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'";
        return error switch
        {
            NoEntry => new FileNotFoundException(message, path),
            1 or 13 => new UnauthorizedAccessException(message, new IOException(message, error)),
            _ => new IOException(message, error),
        };
    }

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? CloseOnExecOfMac : CloseOnExecOfLinux;

    private static int NonBlocking => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    // Arm and Power have values of their own on Linux.
    private static int NoFollow => OperatingSystem.IsMacOS() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Armv6
        or Architecture.Ppc64le ? 0x8000 : 0x20000;

    private static int AccessOf(FileAccess access) => access switch { FileAccess.Read => 0, FileAccess.Write => 1, _ => 2 };

    // EINVAL, ESPIPE, ENOSYS, ENOTSUP and EOPNOTSUPP: the file system, or the non-file, has no such call. EROFS:
    // nothing can have been written.
    private static bool IsUnsupported(int error) =>
        error is InvalidArgument or 29 or 30 || (OperatingSystem.IsMacOS() ? error is 78 or 45 or 102 : error is 38 or 95);

    private static int Retried(Func<int> call)
    {
        while (true)
        {
            int result = call();
            if (result >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                return result;
        }
    }

    private static int Checked(int result, string path) => result >= 0 ? result : throw Failure(Marshal.GetLastPInvokeError(), path);
}
