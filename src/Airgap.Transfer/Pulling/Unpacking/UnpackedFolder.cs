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
    private readonly UnpackedTree _tree = new();
    private readonly UnpackBudget _budget;

    /// <summary>Makes the folder. Its place must be free.</summary>
    /// <param name="root">Where.</param>
    /// <param name="budget">Counts the folders that are made because something stands in them, as if they were entries.</param>
    public UnpackedFolder(string root, UnpackBudget budget)
    {
        _root = root;
        _budget = budget;
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
    public void BeginLayer() => _tree.Layer++;

    /// <summary>Makes a folder, or gives one that is there its mode.</summary>
    public void AddFolder(string path, UnixFileMode mode)
    {
        // An entry of its own was counted when it was read.
        _tree.Mark(EnsureFolder(path, implied: LayerPath.ParentOf(path)));
        // The owner can always get in: what is unpacked must also be removable.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Full(path), (Widen(mode) & ~_umask) | OwnersAll);
    }

    /// <summary>Makes a file in place of whatever is there.</summary>
    /// <returns>The file, to be written.</returns>
    public FileStream AddFile(string path, UnixFileMode mode)
    {
        string parent = LayerPath.ParentOf(path);
        UnpackedTree.Node folder = EnsureFolder(parent, implied: parent);
        ReadOnlySpan<char> name = path.AsSpan(parent.Length).TrimStart('/');
        string full = Full(path);
        folder.Child(name)?.Remove();
        Delete(full);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Widen(mode);
        FileStream file = new(full, options);
        _tree.Mark(folder.Add(name));
        return file;
    }

    /// <summary>Removes what lower layers have at a path.</summary>
    public void Remove(string path)
    {
        UnpackedTree.Node? node = _tree.Find(path);
        if (node?.Layer == _tree.Layer)
        {
            RemoveContent(path);
            return;
        }

        node?.Remove();
        Delete(Full(path));
    }

    /// <summary>Removes what lower layers have in a folder.</summary>
    public void RemoveContent(string path)
    {
        // Once is enough in a layer: what stands there afterwards is its own.
        if (_tree.Find(path) is not { } node || node.EmptiedBy == _tree.Layer || !Directory.Exists(Full(path)))
            return;
        node.EmptiedBy = _tree.Layer;
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

    // Folders are made from the top, those that are known are not asked for again, and each that is implied counts as an entry.
    private UnpackedTree.Node EnsureFolder(string path, string implied)
    {
        UnpackedTree.Node node = _tree.Root;
        for (int start = 0; start < path.Length;)
        {
            int slash = path.IndexOf('/', start);
            int end = slash < 0 ? path.Length : slash;
            node = node.Add(path.AsSpan(start, end - start));
            if (!node.IsFolder && end <= implied.Length)
                _budget.Entry();
            // Elsewhere a file of another case may have taken its place.
            if (!node.IsFolder || !OperatingSystem.IsLinux())
                MakeFolder(Full(path[..end]));
            node.IsFolder = true;

            start = end + 1;
        }

        return node;
    }

    private static void MakeFolder(string full)
    {
        if (Directory.Exists(full))
            return;
        File.Delete(full);
        Directory.CreateDirectory(full);
    }

    private static void Delete(string full)
    {
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
        else
            File.Delete(full);
    }

    private string Full(string path) => path.Length == 0 ? _root : Path.Combine(_root, path);
}
