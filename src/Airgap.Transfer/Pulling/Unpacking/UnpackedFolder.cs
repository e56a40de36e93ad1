namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// A folder to unpack layers to, one on top of the other. This process created it empty, and never creates a link in
/// it, so a path without <c>..</c> cannot lead out of it.
/// </summary>
internal sealed class UnpackedFolder
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private const UnixFileMode OwnersAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly UnixFileMode _umask;
    private readonly UnpackedTree _tree = new();
    private readonly UnpackBudget _budget;

    /// <summary>Creates the folder, which must not exist.</summary>
    /// <param name="root">Its path.</param>
    /// <param name="budget">Counts implied folders like entries.</param>
    public UnpackedFolder(string root, UnpackBudget budget)
    {
        _root = root;
        _budget = budget;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(root);
            return;
        }

        // The umask can only be determined by creating something.
        Directory.CreateDirectory(root, Permissions);
        _umask = Permissions & ~File.GetUnixFileMode(root);
    }

    /// <summary>Starts another layer, whose removals apply to the earlier layers.</summary>
    public void BeginLayer() => _tree.Layer++;

    /// <summary>Creates a folder, or sets the mode of an existing one.</summary>
    /// <exception cref="LayerException">The system takes the name for another one of the layers.</exception>
    public void AddFolder(string path, UnixFileMode mode)
    {
        // Its own entry was counted when it was read.
        _tree.Mark(EnsureFolder(path, implied: LayerPath.ParentOf(path)));
        // The owner always has access, so that the unpacked content can be removed.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Full(path), (Widen(mode) & ~_umask) | OwnersAll);
    }

    /// <summary>Creates a file, replacing anything there.</summary>
    /// <returns>The file, to be written.</returns>
    /// <exception cref="LayerException">The system takes the name for another one of the layers.</exception>
    public FileStream AddFile(string path, UnixFileMode mode)
    {
        string parent = LayerPath.ParentOf(path);
        UnpackedTree.Node folder = EnsureFolder(parent, implied: parent);
        ReadOnlySpan<char> name = path.AsSpan(parent.Length).TrimStart('/');
        string full = Full(path);
        if (folder.Child(name) is { } replaced)
        {
            replaced.Remove();
            Delete(full);
        }

        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Widen(mode);
        try
        {
            FileStream file = new(full, options);
            _tree.Mark(folder.Add(name));
            return file;
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && Path.Exists(full))
        {
            throw NotDistinguished(path);
        }
    }

    /// <summary>Removes the content of lower layers at a path.</summary>
    public void Remove(string path)
    {
        // A name that was never written is not there, though the system may take another one for it.
        if (_tree.Find(path) is not { } node)
            return;
        if (node.Layer == _tree.Layer)
        {
            RemoveContent(path);
            return;
        }

        node.Remove();
        Delete(Full(path));
    }

    /// <summary>Removes the content of lower layers in a folder.</summary>
    public void RemoveContent(string path)
    {
        // Once per layer is enough: later content there belongs to the layer itself.
        if (_tree.Find(path) is not { } node || node.EmptiedBy == _tree.Layer)
            return;
        node.EmptiedBy = _tree.Layer;
        foreach (string child in node.ChildNames)
            Remove(path.Length == 0 ? child : $"{path}/{child}");
    }

    // imgpkg packs only the owner's bits, and when unpacking grants them to everyone, limited by the umask.
    private static UnixFileMode Widen(UnixFileMode mode)
    {
        int bits = (int)(mode & Permissions);
        int owner = bits & 0b111_000_000;
        return (UnixFileMode)(bits == owner ? owner | (owner >> 3) | (owner >> 6) : bits);
    }

    // Folders are created from the top, known folders are not checked again, and each implied folder counts as an
    // entry.
    private UnpackedTree.Node EnsureFolder(string path, string implied)
    {
        UnpackedTree.Node node = _tree.Root;
        for (int start = 0; start < path.Length;)
        {
            int slash = path.IndexOf('/', start);
            int end = slash < 0 ? path.Length : slash;
            ReadOnlySpan<char> name = path.AsSpan(start, end - start);
            UnpackedTree.Node? known = node.Child(name);
            if (known is not { IsFolder: true })
            {
                if (end <= implied.Length)
                    _budget.Entry();
                MakeFolder(path[..end], replaces: known is not null);
            }

            node = known ?? node.Add(name);
            node.IsFolder = true;
            start = end + 1;
        }

        return node;
    }

    private void MakeFolder(string path, bool replaces)
    {
        string full = Full(path);
        if (replaces)
            File.Delete(full);
        else if (Path.Exists(full))
            throw NotDistinguished(path);
        Directory.CreateDirectory(full);
    }

    // Windows and macOS do not tell names by case, and macOS not by the form of a composed letter: one of the files would be lost.
    private static LayerException NotDistinguished(string path) => new(
        $"this system does not distinguish its entry '{LayerPath.Printable(path)}' from another one", LayerPath.OnLinux);

    private static void Delete(string full)
    {
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
        else
            File.Delete(full);
    }

    private string Full(string path) => path.Length == 0 ? _root : Path.Combine(_root, path);
}
