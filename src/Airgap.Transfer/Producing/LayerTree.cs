using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Producing;

/// <summary>
/// Orders files as a push of a folder with the same content does: folders depth first, names in byte order, a folder
/// before its content. Folders have the mode 0700, files 0600, or 0700 if executable by their owner, independent of
/// umask and checkout.
/// </summary>
internal static class LayerTree
{
    private const long ReadWrite = 0b110_000_000;
    private const long Execute = 0b001_000_000;

    /// <summary>The layer's entries.</summary>
    /// <param name="files">Files of this machine by their path in the layer.</param>
    /// <param name="made">Generated files, by their path.</param>
    public static IReadOnlyList<LayerEntry> Create(
        IEnumerable<KeyValuePair<string, ContentFile>> files, IReadOnlyDictionary<string, byte[]> made)
    {
        Node root = new();
        foreach ((string path, ContentFile file) in files.Where(file => !made.ContainsKey(file.Key)))
            root.Add(path, OfFile(path, file.FullPath));
        foreach ((string path, byte[] bytes) in made)
            root.Add(path, new LayerEntry(path, path, IsFolder: false, bytes.Length, ReadWrite) { Content = bytes });
        List<LayerEntry> entries = [];
        root.Write(".", entries);
        return entries;
    }

    /// <summary>The layer's entries of files that are all in memory.</summary>
    public static IReadOnlyList<LayerEntry> Create(IEnumerable<(string Path, ReadOnlyMemory<byte> Bytes, bool Runs)> files)
    {
        Node root = new();
        foreach ((string path, ReadOnlyMemory<byte> bytes, bool runs) in files)
            root.Add(path, new LayerEntry(
                path, path, IsFolder: false, bytes.Length, runs ? ReadWrite | Execute : ReadWrite)
            { Content = bytes });
        List<LayerEntry> entries = [];
        root.Write(".", entries);
        return entries;
    }

    private static LayerEntry OfFile(string path, string fullPath)
    {
        try
        {
            FileInfo file = new(RealPath.Of(fullPath));
            bool runs = !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
            return new LayerEntry(path, file.FullName, IsFolder: false, file.Length, runs ? ReadWrite | Execute : ReadWrite);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, fullPath);
        }
    }

    private sealed class Node
    {
        private readonly SortedDictionary<string, Node> _children = new(Utf8Order.Instance);
        private LayerEntry? _file;

        public void Add(string path, LayerEntry file)
        {
            Node node = this;
            foreach (string part in path.Split('/'))
            {
                if (!node._children.TryGetValue(part, out Node? child))
                    node._children.Add(part, child = new Node());
                node = child;
            }

            node._file = file;
        }

        public void Write(string path, List<LayerEntry> entries)
        {
            entries.Add(_file ?? new LayerEntry(path, path, IsFolder: true, 0, GoFileMode.PlainFolder));
            foreach ((string name, Node child) in _children)
                child.Write(path == "." ? name : $"{path}/{name}", entries);
        }
    }
}
