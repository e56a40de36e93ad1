using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Layers;

/// <summary>
/// Walks the inputs of a layer: folders depth first, names in byte order, a folder before its content.
/// </summary>
internal static class LayerFiles
{
    private static readonly EnumerationOptions s_everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
        ReturnSpecialDirectories = false,
    };

    /// <summary>Lists the entries of a layer, in order.</summary>
    /// <param name="inputs">Folders, whose content is packed, and files, which are packed under their own name. An
    /// input that is a symbolic link is followed.</param>
    /// <param name="options">The exclusions, and the modes to write.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.FileNotFound"/> or <see cref="ErrorCode.AccessDenied"/>;
    /// <see cref="ErrorCode.InvalidArgument"/> for a symbolic link or another special file;
    /// <see cref="ErrorCode.ConflictingDestination"/> for a path in two inputs.
    /// </exception>
    public static IReadOnlyList<LayerEntry> List(IReadOnlyList<string> inputs, LayerOptions options)
    {
        Walk walk = new(options);
        foreach (string input in inputs)
        {
            try
            {
                walk.AddInput(input);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, input);
            }
        }

        return walk.Entries;
    }

    private sealed class Walk(LayerOptions options)
    {
        private readonly HashSet<string> _exclusions =
            [.. options.Exclusions.Select(path => path.Replace(Path.DirectorySeparatorChar, '/'))];

        private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

        public List<LayerEntry> Entries { get; } = [];

        public void AddInput(string input)
        {
            if (Directory.Exists(input))
            {
                DirectoryInfo root = new(Path.GetFullPath(input));
                AddFolder(root, ".", options.PreservePermissions ? GoFileMode.OfFolder(root) : GoFileMode.PlainFolder);
                return;
            }

            FileInfo file = new(Path.GetFullPath(input));
            if (!file.Exists)
                throw new FileNotFoundException(null, input);
            AddFile(file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file, file.Name);
        }

        // All folders of an input have the mode of its root, as in imgpkg, because digests depend on it.
        private void AddFolder(DirectoryInfo folder, string path, long mode)
        {
            if (_exclusions.Contains(path))
                return;
            Add(new LayerEntry(path, folder.FullName, IsFolder: true, 0, mode));
            FileSystemInfo[] children = ChildrenOf(folder);
            Array.Sort(children, (a, b) => Utf8Order.Instance.Compare(a.Name, b.Name));
            foreach (FileSystemInfo child in children)
            {
                if (FileNames.Undecodable(folder.FullName, child.Name) is { } name)
                    throw NotText(Path.Combine(folder.FullName, name));
                string childPath = path == "." ? child.Name : $"{path}/{child.Name}";
                if (child is DirectoryInfo { LinkTarget: null } childFolder)
                    AddFolder(childFolder, childPath, mode);
                else if (_exclusions.Contains(childPath))
                    continue;
                else if (child is FileInfo { LinkTarget: null } file)
                    AddFile(file, childPath);
                else
                    throw NotRegular(child.FullName);
            }
        }

        private void AddFile(FileInfo file, string path)
        {
            if (_exclusions.Contains(path))
                return;
            try
            {
                if (!SpecialFile.IsRegular(file))
                    throw NotRegular(file.FullName);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, file.FullName);
            }

            Add(new LayerEntry(path, file.FullName, IsFolder: false, file.Length, GoFileMode.OfFile(file, options.PreservePermissions)));
        }

        // Names the unreadable folder itself, not its input.
        private static FileSystemInfo[] ChildrenOf(DirectoryInfo folder)
        {
            try
            {
                return folder.GetFileSystemInfos("*", s_everything);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, folder.FullName);
            }
        }

        private void Add(LayerEntry entry)
        {
            // Every input folder has its own root; imgpkg repeats the entry.
            if (entry.Path != "." && !_places.TryAdd(entry.Path, entry.FullPath))
            {
                throw new AirgapException(
                    ErrorCode.ConflictingDestination,
                    $"Found duplicate paths: {_places[entry.Path]}, {entry.FullPath}.",
                    $"Give '{entry.Path}' in only one of the inputs, or exclude it.");
            }

            Entries.Add(entry);
        }

        private static AirgapException NotText(string path) => new(
            ErrorCode.InvalidArgument, $"The file name '{path}' is not UTF-8.",
            "Rename the file, or exclude its folder: a name in a layer is UTF-8.");

        private static AirgapException NotRegular(string path) => new(
            ErrorCode.InvalidArgument,
            $"Expected file '{path}' to be a regular file.",
            "Replace the link or special file by a file, or exclude it.");
    }
}
