using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>Passes the permissions and the owner of a replaced file on to its replacement.</summary>
internal static class ReplacedFile
{
    private const UnixFileMode Everyones = (UnixFileMode)0b111_111_111;
    private const UnixFileMode Groups = (UnixFileMode)0b000_111_000;

    /// <summary>Gives a new file the permissions of the one it replaces and, where the system allows it, its owner and group.</summary>
    /// <param name="replaced">The old file; of anything else nothing is passed on.</param>
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
        // Another group gets no more than everybody has.
        if (!hasGroup)
            mode = (mode & ~Groups) | (mode & (UnixFileMode)(((int)mode & 0b111) << 3));
        SetMode(file, mode);
    }

    /// <summary>
    /// Gives a file its permissions, where the file system has any: a memory stick's has none, and refuses what it cannot store.
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
