using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>
/// Opens files that this product creates for itself, in folders that others may write to: it follows no link, and opens
/// no file that another user may have put there or may have open.
/// </summary>
internal static class OwnFile
{
    /// <summary>The mode of files that only their owner may access.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Creates a file that does not exist yet. A link of that name counts as existing, wherever it leads.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Its mode, before the umask; null for the default.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="IOException">It exists, or cannot be created; or another file system exception.</exception>
    public static FileStream CreateNew(string path, UnixFileMode? mode = null, FileOptions options = FileOptions.None)
    {
        FileStreamOptions how = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // On Windows, an open file can be renamed only if opened with FileShare.Delete.
            Share = FileShare.Read | FileShare.Delete,
            Options = options,
            BufferSize = 0,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
            how.UnixCreateMode = mode;
        return new FileStream(path, how);
    }

    /// <summary>Opens a file that an earlier run of this user made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access">The access to request.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="UnsafeFileException">It is a link or not a regular file, has a second name, or belongs to
    /// another user.</exception>
    /// <exception cref="IOException">It cannot be opened, or another file system exception.</exception>
    public static FileStream? Open(string path, FileAccess access)
    {
        // Checked before opening, because opening a device can move it, and again on the opened file.
        FileFacts there = FileFacts.Of(path, followsLinks: false);
        if (there.Kind == FileKind.None)
            return null;
        Check(path, there);
        try
        {
            if (OperatingSystem.IsWindows())
                return new FileStream(path, FileMode.Open, access,
                    access == FileAccess.Read ? FileShare.ReadWrite | FileShare.Delete : FileShare.Read | FileShare.Delete, bufferSize: 0);
            SafeFileHandle handle = Posix.OpenUnfollowed(path, access);
            try
            {
                Check(path, FileFacts.Of(handle));
                return new FileStream(handle, access, bufferSize: 0);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a file as <see cref="Open"/> does, or creates it as <see cref="CreateNew"/> does.</summary>
    public static FileStream OpenOrCreate(string path, UnixFileMode? mode = null)
    {
        while (true)
        {
            if (Open(path, FileAccess.ReadWrite) is { } there)
                return there;
            try
            {
                return CreateNew(path, mode);
            }
            catch (IOException) when (FileFacts.Of(path, followsLinks: false).Kind != FileKind.None)
            {
                // Another run created it first; its file is checked like any other.
            }
        }
    }

    /// <summary>Refuses anything but a regular file of this user with one name.</summary>
    /// <exception cref="UnsafeFileException">It is something else.</exception>
    public static void Check(string path, FileFacts facts)
    {
        if (facts.Kind != FileKind.Regular)
            throw new UnsafeFileException(path, $"is {facts.Name}");
        if (OperatingSystem.IsWindows())
            return;
        if (facts.Links > 1)
            throw new UnsafeFileException(path, "has a second name, which may belong to another user");
        if (!IsMine(facts, Path.GetDirectoryName(Path.GetFullPath(path))!))
            throw new UnsafeFileException(path, $"belongs to another user (uid {facts.Owner})");
    }

    /// <summary>
    /// True when a file belongs to this user. On a memory stick, a network share or a mounted folder of a container,
    /// the system may assign every file to another owner: there, the owner of a new file is the one to expect.
    /// </summary>
    /// <param name="facts">The file.</param>
    /// <param name="folder">The folder it is in.</param>
    public static bool IsMine(FileFacts facts, string folder) =>
        OperatingSystem.IsWindows() || facts.Owner == Posix.User || facts.Owner == OwnerOfNew(folder);

    private static uint? OwnerOfNew(string folder)
    {
        try
        {
            using FileStream probe = new(
                Path.Combine(folder, $".airgap-{RandomNumberGenerator.GetHexString(16, lowercase: true)}"),
                FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return FileFacts.Of(probe.SafeFileHandle).Owner;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
