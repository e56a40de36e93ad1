using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>
/// A file that one process locks, or that several share. The system releases the lock when the process ends, however it
/// ends.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    private FileLock(FileStream file)
    {
        File = file;
        Handle = file.SafeFileHandle;
    }

    /// <summary>The file, open for reading and writing.</summary>
    public FileStream File { get; }

    /// <summary>Its handle. The stream's own property sets the file's position at each access.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Locks a file, which is created if missing, as by <see cref="OwnFile.OpenOrCreate"/>.</summary>
    /// <returns>Null when another process has locked it.</returns>
    /// <exception cref="UnsafeFileException">The existing file is not this user's.</exception>
    /// <exception cref="IOException">It cannot be opened for another reason, or another file system
    /// exception.</exception>
    public static FileLock? TryTake(string path, UnixFileMode? mode = null) => TryOpen(path, mode, isShared: false);

    /// <summary>Locks a file as <see cref="TryTake"/> does, but shared with others.</summary>
    /// <returns>Null when another process has locked it exclusively.</returns>
    public static FileLock? TryShare(string path, UnixFileMode? mode = null) => TryOpen(path, mode, isShared: true);

    private static FileLock? TryOpen(string path, UnixFileMode? mode, bool isShared)
    {
        while (true)
        {
            FileStream file;
            try
            {
                // On Windows, write access is exclusive.
                file = isShared && OperatingSystem.IsWindows()
                    ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0)
                    : OwnFile.OpenOrCreate(path, mode);
            }
            catch (IOException e) when (IsHeld(e))
            {
                return null;
            }

            try
            {
                if (!OperatingSystem.IsWindows() && !Posix.TryLock(file.SafeFileHandle, isShared))
                {
                    file.Dispose();
                    return null;
                }

                // Between opening and locking, the previous owner may have renamed or removed the file, so that the
                // name refers to another file or to none.
                FileLock taken = new(file);
                if (IsAt(taken.Handle, path))
                    return taken;
                taken.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>True when a path still refers to an open file.</summary>
    public static bool IsAt(SafeFileHandle file, string path) => FileFacts.Of(path, followsLinks: false).IsSame(FileFacts.Of(file));

    /// <summary>True when opening failed only because another process has locked the file.</summary>
    public static bool IsHeld(IOException e) =>
        OperatingSystem.IsWindows() ? e.HResult is SharingViolation or LockViolation : e.HResult == Posix.WouldBlock;

    /// <summary>
    /// Releases the lock and closes the file. Closing alone would not release it while a process that this one is starting
    /// still has its copy of the handle.
    /// </summary>
    public void Dispose()
    {
        if (!OperatingSystem.IsWindows() && !Handle.IsClosed)
            Posix.Unlock(Handle);
        File.Dispose();
    }
}
