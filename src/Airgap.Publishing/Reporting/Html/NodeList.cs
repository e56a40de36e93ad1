namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// The nodes of a report with their numbers: row <c>n7</c> of the page and entry 7 of its data are the same node.
/// </summary>
internal sealed class NodeList
{
    /// <summary>Numbers the nodes, parents before children.</summary>
    public NodeList(ReportModel model)
    {
        Entries = [];
        Roots = [.. model.Roots.Select(root => Add(root, parent: null, isRow: true))];
    }

    /// <summary>All nodes.</summary>
    public List<NodeEntry> Entries { get; }

    /// <summary>The top nodes.</summary>
    public IReadOnlyList<NodeEntry> Roots { get; }

    private NodeEntry Add(ReportNode node, NodeEntry? parent, bool isRow)
    {
        NodeEntry entry = new(Entries.Count, node, parent, isRow);
        Entries.Add(entry);
        // Images that bundles and locks pin are rows of the page; platforms and attached artifacts are shown on
        // request.
        bool rowsBelow = isRow && node.Kind is ReportNodeKind.Bundle or ReportNodeKind.Group;
        foreach (ReportNode child in node.Children)
            entry.Children.Add(Add(child, entry, rowsBelow && child.Kind is not ReportNodeKind.Attached));
        return entry;
    }
}

/// <summary>A node with its number.</summary>
/// <param name="Number">Counted from 0.</param>
/// <param name="Node">The node.</param>
/// <param name="Parent">The parent; null at the top.</param>
/// <param name="IsRow">True when it is a row of the page itself.</param>
internal sealed record NodeEntry(int Number, ReportNode Node, NodeEntry? Parent, bool IsRow)
{
    /// <summary>Its children.</summary>
    public List<NodeEntry> Children { get; } = [];
}
