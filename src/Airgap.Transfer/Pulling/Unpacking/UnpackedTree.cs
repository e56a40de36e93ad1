namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// The names that layers have put into a folder, each once whatever the depth of its path: which layer put it there last, and which folders
/// a layer has emptied of what was below it.
/// </summary>
internal sealed class UnpackedTree
{
    /// <summary>The folder itself.</summary>
    public Node Root { get; } = new(parent: null, "");

    /// <summary>The layer that is unpacked, counted from 1; 0 before the first.</summary>
    public int Layer { get; set; }

    /// <summary>A name that was put there; null for one that was not, or is gone.</summary>
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

    /// <summary>What holds something of this layer is not removed by it either.</summary>
    public void Mark(Node? node)
    {
        for (; node is not null && node.Layer != Layer; node = node.Parent)
            node.Layer = Layer;
    }

    /// <summary>One name.</summary>
    internal sealed class Node(Node? parent, string name)
    {
        private Dictionary<string, Node>? _children;

        /// <summary>The folder it is in.</summary>
        public Node? Parent => parent;

        /// <summary>The last layer that put it there, or something below it.</summary>
        public int Layer { get; set; }

        /// <summary>The last layer that removed what those before it had in this folder.</summary>
        public int EmptiedBy { get; set; }

        /// <summary>True when this is a folder that was made here.</summary>
        public bool IsFolder { get; set; }

        /// <summary>A name in this folder.</summary>
        public Node? Child(ReadOnlySpan<char> child) =>
            _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(child, out Node? node) ? node : null;

        /// <summary>Puts a name into this folder, unless it is there.</summary>
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

        /// <summary>Takes this name, and all below it, out of its folder.</summary>
        public void Remove() => parent?._children?.Remove(name);
    }
}
