namespace Airgap.Oci.Files;

/// <summary>Folders that only this user may enter.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Creates a folder and its parents, or uses an existing one that belongs to this user; others lose access to it.
    /// </summary>
    /// <exception cref="UnsafeFileException">It is a link or not a folder, or belongs to another user.</exception>
    /// <exception cref="IOException">It cannot be created, or another file system exception.</exception>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
            Directory.CreateDirectory(parent, Mode);
        FileFacts there = FileFacts.Of(path, followsLinks: false);
        if (there.Kind == FileKind.None)
        {
            try
            {
                Posix.MakeFolder(path, Mode);
            }
            catch (IOException) when (Directory.Exists(path))
            {
                // Another run was quicker.
            }

            there = FileFacts.Of(path, followsLinks: false);
        }

        if (there.Kind != FileKind.Folder)
            throw new UnsafeFileException(path, $"is {there.Name}");
        if (!OwnFile.IsMine(there, path))
            throw new UnsafeFileException(path, $"belongs to another user (uid {there.Owner})");
        if ((there.Mode & ~Mode) != 0)
            File.SetUnixFileMode(path, Mode);
    }

    /// <summary>Creates a folder that does not exist yet.</summary>
    /// <exception cref="IOException">It exists, or cannot be created; or another file system exception.</exception>
    public static void MakeNew(string path)
    {
        if (!OperatingSystem.IsWindows())
            Posix.MakeFolder(path, Mode);
        else if (Directory.Exists(path) || File.Exists(path))
            throw new IOException($"'{path}' already exists.");
        else
            Directory.CreateDirectory(path);
    }
}
