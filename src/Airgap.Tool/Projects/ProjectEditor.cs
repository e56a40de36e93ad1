using System.Security;
using System.Text.RegularExpressions;

namespace Airgap.Tool.Projects;

/// <summary>Adds items to a project file in the file's own style. Existing text stays unchanged.</summary>
internal sealed partial class ProjectEditor(ProjectText file)
{
    private readonly string _newLine = file.NewLine;

    /// <summary>The current text.</summary>
    public string Text { get; private set; } = file.Text;

    /// <summary>The file's current root.</summary>
    public ProjectElement Root { get; private set; } = ProjectElement.Parse(file.Path, file.Text);

    /// <summary>True once something was added.</summary>
    public bool IsChanged => Text != file.Text;

    /// <summary>An item as XML text.</summary>
    public static string Item(string name, params (string Name, string? Value)[] attributes) =>
        $"<{name}{string.Concat(attributes.Where(attribute => attribute.Value is not null).Select(attribute => $" {attribute.Name}=\"{SecurityElement.Escape(attribute.Value)}\""))} />";

    /// <summary>
    /// Adds items to the first unconditional group with items of that name, or to a new group at the file's end.
    /// </summary>
    /// <param name="itemName">The item's name.</param>
    /// <param name="items">The items as XML text.</param>
    public void Add(string itemName, params string[] items)
    {
        ProjectElement? group = Root.Children.FirstOrDefault(group =>
            group.Name == "ItemGroup" && !group.Attributes.ContainsKey("Condition")
                && group.Children.Exists(item => item.Name == itemName));
        if (group is not null)
            Insert(group, IndentOf(group.Children[0]) ?? (IndentOf(group) + Unit()), items);
        else
            AddGroup(items);
        Root = ProjectElement.Parse(file.Path, Text);
    }

    private void AddGroup(string[] items)
    {
        string unit = Unit();
        string indent = Root.Children.Select(IndentOf).FirstOrDefault(indent => indent is not null) ?? unit;
        // Groups are separated by a blank line, as in the templates.
        string[] separator = Root.Children.Count > 0 && !BlankLineBefore(Root.End) ? [""] : [];
        Insert(Root, "", [.. separator, $"{indent}<ItemGroup>", .. items.Select(item => indent + unit + item), $"{indent}</ItemGroup>"]);
    }

    private void Insert(ProjectElement parent, string indent, string[] lines)
    {
        string block = string.Concat(lines.Select(line => (line.Length > 0 ? indent + line : line) + _newLine));
        int end = parent.End;
        if (parent.IsEmpty)
        {
            int close = Text[..end].TrimEnd().Length;
            Text =
                $"{Text[..close]}>{_newLine}{block}{IndentOf(parent)}</{TagName().Match(Text, parent.Start + 1).Value}>{Text[(end + 2)..]}";
            return;
        }

        int lineStart = Text.LastIndexOfAny(['\n', '\r'], end - 1) + 1;
        Text = string.IsNullOrWhiteSpace(Text[lineStart..end])
            ? Text[..lineStart] + block + Text[lineStart..]
            : Text[..end] + _newLine + block + IndentOf(parent) + Text[end..];
    }

    // The indentation before an element; null when other text precedes it on its line.
    private string? IndentOf(ProjectElement element)
    {
        int lineStart = element.Start == 0 ? 0 : Text.LastIndexOfAny(['\n', '\r'], element.Start - 1) + 1;
        string before = Text[lineStart..element.Start];
        return string.IsNullOrWhiteSpace(before) ? before : null;
    }

    // One level of indentation: the difference between a group and its items.
    private string Unit()
    {
        foreach (ProjectElement group in Root.Children)
        {
            string outer = IndentOf(group) ?? "";
            foreach (ProjectElement child in group.Children)
            {
                if (IndentOf(child) is { } inner && inner.Length > outer.Length && inner.StartsWith(outer, StringComparison.Ordinal))
                    return inner[outer.Length..];
            }
        }

        return Root.Children.Select(IndentOf).FirstOrDefault(indent => indent is { Length: > 0 }) ?? "  ";
    }

    private bool BlankLineBefore(int end)
    {
        string before = Text[..end];
        string trimmed = before.TrimEnd();
        return before[trimmed.Length..].Replace("\r\n", "\n", StringComparison.Ordinal).Count(character => character is '\n' or '\r') > 1;
    }

    [GeneratedRegex(@"\G[^\s/>]+")]
    private static partial Regex TagName();
}
