namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// A folder that layers are unpacked to, one on top of the other. It was made empty by this process, and no link is ever made in it, so a
/// path without <c>..</c> cannot lead out of it.
/// </summary>
internal sealed class UnpackedFolder
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private const UnixFileMode OwnersAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly UnixFileMode _umask;
    private readonly HashSet<string> _ofThisLayer = new(StringComparer.Ordinal);

    /// <summary>Makes the folder. Its place must be free.</summary>
    public UnpackedFolder(string root)
    {
        _root = root;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(root);
            return;
        }

        // The one way to learn the umask is to make something under it.
        Directory.CreateDirectory(root, Permissions);
        _umask = Permissions & ~File.GetUnixFileMode(root);
    }

    /// <summary>Another layer begins: what it removes is what those before it left.</summary>
    public void BeginLayer() => _ofThisLayer.Clear();

    /// <summary>Makes a folder, or gives one that is there its mode.</summary>
    public void AddFolder(string path, UnixFileMode mode)
    {
        EnsureFolder(path);
        Mark(path);
        // The owner can always get in: what is unpacked must also be removable.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Full(path), (Widen(mode) & ~_umask) | OwnersAll);
    }

    /// <summary>Makes a file in place of whatever is there.</summary>
    /// <returns>The file, to be written.</returns>
    public FileStream AddFile(string path, UnixFileMode mode)
    {
        EnsureFolder(ParentOf(path));
        string full = Full(path);
        Delete(full);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Widen(mode);
        FileStream file = new(full, options);
        Mark(path);
        return file;
    }

    /// <summary>Removes what lower layers have at a path.</summary>
    public void Remove(string path)
    {
        if (!_ofThisLayer.Contains(path))
            Delete(Full(path));
        else if (Directory.Exists(Full(path)))
            RemoveContent(path);
    }

    /// <summary>Removes what lower layers have in a folder.</summary>
    public void RemoveContent(string path)
    {
        if (!Directory.Exists(Full(path)))
            return;
        foreach (string child in Directory.EnumerateFileSystemEntries(Full(path)).ToArray())
            Remove(path.Length == 0 ? Path.GetFileName(child) : $"{path}/{Path.GetFileName(child)}");
    }

    // imgpkg packs the owner's bits only, and gives them to everyone whom the umask allows when it unpacks.
    private static UnixFileMode Widen(UnixFileMode mode)
    {
        int bits = (int)(mode & Permissions);
        int owner = bits & 0b111_000_000;
        return (UnixFileMode)(bits == owner ? owner | (owner >> 3) | (owner >> 6) : bits);
    }

    private void EnsureFolder(string path)
    {
        if (path.Length == 0 || Directory.Exists(Full(path)))
            return;
        EnsureFolder(ParentOf(path));
        File.Delete(Full(path));
        Directory.CreateDirectory(Full(path));
    }

    // What holds something of this layer is not removed by it either.
    private void Mark(string path)
    {
        while (path.Length > 0 && _ofThisLayer.Add(path))
            path = ParentOf(path);
    }

    private static void Delete(string full)
    {
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
        else
            File.Delete(full);
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    private string Full(string path) => path.Length == 0 ? _root : Path.Combine(_root, path);
}
