using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>
/// A file that one process at a time holds, or that several share. The system lets go of it when the process ends, however it ends.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    private FileLock(FileStream file) => File = file;

    /// <summary>The file, open for reading and writing.</summary>
    public FileStream File { get; }

    /// <summary>Takes a file, which is made where there is none, as <see cref="OwnFile.OpenOrCreate"/> does.</summary>
    /// <returns>Null when another holds it.</returns>
    /// <exception cref="UnsafeFileException">What stands there is not this user's file.</exception>
    /// <exception cref="IOException">It cannot be opened, for whatever other reason; or another file system exception.</exception>
    public static FileLock? TryTake(string path, UnixFileMode? mode = null) => TryOpen(path, mode, isShared: false);

    /// <summary>Takes a file as <see cref="TryTake"/> does, beside others that share it.</summary>
    /// <returns>Null when another holds it alone.</returns>
    public static FileLock? TryShare(string path, UnixFileMode? mode = null) => TryOpen(path, mode, isShared: true);

    private static FileLock? TryOpen(string path, UnixFileMode? mode, bool isShared)
    {
        while (true)
        {
            FileStream file;
            try
            {
                // On Windows who may write is alone.
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

                // Between opening and locking, who held it may have renamed or removed it; then the name stands for another file, or for
                // none.
                if (IsAt(file.SafeFileHandle, path))
                    return new FileLock(file);
                file.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>True when a path still stands for an open file.</summary>
    public static bool IsAt(SafeFileHandle file, string path) => FileFacts.Of(path, followsLinks: false).IsSame(FileFacts.Of(file));

    /// <summary>True when a failure to open says that another holds the file, and nothing else.</summary>
    public static bool IsHeld(IOException e) =>
        OperatingSystem.IsWindows() ? e.HResult is SharingViolation or LockViolation : e.HResult == Posix.WouldBlock;

    public void Dispose() => File.Dispose();
}
