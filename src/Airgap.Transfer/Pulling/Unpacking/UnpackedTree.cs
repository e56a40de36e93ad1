namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// The names that layers have written to a folder, each once at any depth, with the last layer that wrote it, and the
/// folders that a layer has emptied of lower content.
/// </summary>
internal sealed class UnpackedTree
{
    /// <summary>The folder itself.</summary>
    public Node Root { get; } = new(parent: null, "");

    /// <summary>The current layer, counted from 1; 0 before the first.</summary>
    public int Layer { get; set; }

    /// <summary>A name that was written; null if it was not, or was removed.</summary>
    public Node? Find(ReadOnlySpan<char> path)
    {
        Node node = Root;
        foreach (Range segment in path.Split('/'))
        {
            if (path[segment].IsEmpty)
                continue;
            if (node.Child(path[segment]) is not { } next)
                return null;
            node = next;
        }

        return node;
    }

    /// <summary>A folder with content of this layer is not removed by it either.</summary>
    public void Mark(Node? node)
    {
        for (; node is not null && node.Layer != Layer; node = node.Parent)
            node.Layer = Layer;
    }

    /// <summary>One name.</summary>
    internal sealed class Node(Node? parent, string name)
    {
        private Dictionary<string, Node>? _children;

        /// <summary>Its folder.</summary>
        public Node? Parent => parent;

        /// <summary>The last layer that wrote it, or something below it.</summary>
        public int Layer { get; set; }

        /// <summary>The last layer that removed the content of earlier layers in this folder.</summary>
        public int EmptiedBy { get; set; }

        /// <summary>True for a folder created here.</summary>
        public bool IsFolder { get; set; }

        /// <summary>The names in this folder, as they are now.</summary>
        public string[] ChildNames => _children is null ? [] : [.. _children.Keys];

        /// <summary>A name in this folder.</summary>
        public Node? Child(ReadOnlySpan<char> child) =>
            _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(child, out Node? node) ? node : null;

        /// <summary>Adds a name to this folder, unless it exists.</summary>
        public Node Add(ReadOnlySpan<char> child)
        {
            if (Child(child) is { } known)
                return known;
            _children ??= new Dictionary<string, Node>(StringComparer.Ordinal);
            string text = child.ToString();
            Node made = new(this, text);
            _children.Add(text, made);
            return made;
        }

        /// <summary>Removes this name, with everything below it, from its folder.</summary>
        public void Remove() => parent?._children?.Remove(name);
    }
}
