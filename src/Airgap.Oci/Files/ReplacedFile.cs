using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>Transfers the permissions and the owner of a replaced file to its replacement.</summary>
internal static class ReplacedFile
{
    private const UnixFileMode Everyones = (UnixFileMode)0b111_111_111;
    private const UnixFileMode Groups = (UnixFileMode)0b000_111_000;

    /// <summary>Gives a new file the permissions of the one it replaces and, where the system allows it, its owner and group.</summary>
    /// <param name="replaced">The old file; if it is not a regular file, nothing is transferred.</param>
    /// <param name="file">The new file.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void PassOn(FileFacts replaced, SafeFileHandle file)
    {
        if (replaced.Kind != FileKind.Regular || OperatingSystem.IsWindows())
            return;
        FileFacts fresh = FileFacts.Of(file);
        bool hasGroup = fresh.Group == replaced.Group;
        if (fresh.Owner != replaced.Owner || !hasGroup)
            hasGroup = Posix.TryGive(file, replaced.Owner, replaced.Group) || hasGroup || Posix.TryGive(file, fresh.Owner, replaced.Group);
        UnixFileMode mode = replaced.Mode & Everyones;
        // A different group gets no more than the permissions of others.
        if (!hasGroup)
            mode = (mode & ~Groups) | (mode & (UnixFileMode)(((int)mode & 0b111) << 3));
        SetMode(file, mode);
    }

    /// <summary>
    /// Sets a file's permissions if the file system supports them: that of a memory stick does not, and refuses what it
    /// cannot store.
    /// </summary>
    public static void SetMode(SafeFileHandle file, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows() || (FileFacts.Of(file).Mode & Everyones) == mode)
            return;
        try
        {
            File.SetUnixFileMode(file, mode);
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
