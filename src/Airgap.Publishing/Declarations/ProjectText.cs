using System.Collections.Immutable;
using System.Text;
using System.Xml;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The literal text of a project's files. MSBuild gives a task neither items of other types nor the location of a
/// property; the text does. It only adds names and lines to messages, and decides nothing.
/// </summary>
/// <param name="Properties">The properties, with their unevaluated values.</param>
/// <param name="Items">The items, by their types.</param>
/// <param name="Hooks">The target names in <c>BeforeTargets</c>.</param>
internal sealed record ProjectText(
    ImmutableArray<ProjectText.Element> Properties, ImmutableArray<ProjectText.Element> Items, ImmutableArray<string> Hooks)
{
    /// <summary>
    /// Reads a project's files: the project, and the nearest that MSBuild imports around it. An unreadable file counts
    /// as empty.
    /// </summary>
    /// <param name="projectFile">Full path of the project.</param>
    public static ProjectText Read(string projectFile)
    {
        Reader reader = new();
        foreach (string file in FilesOf(projectFile).Distinct(StringComparer.Ordinal).Where(File.Exists))
            reader.Read(file);
        return new ProjectText(reader.Properties.ToImmutable(), reader.Items.ToImmutable(), reader.Hooks.ToImmutable());
    }

    /// <summary>True when a target of the project runs before this one, and may create or change items.</summary>
    public bool HasTargetBefore(string target) => Hooks.Contains(target, StringComparer.OrdinalIgnoreCase);

    /// <summary>The project, and the nearest files that MSBuild imports around every project; not all of them exist.</summary>
    public static IEnumerable<string> FilesOf(string projectFile)
    {
        yield return projectFile;
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            for (string? folder = Path.GetDirectoryName(projectFile); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (!File.Exists(Path.Combine(folder, name)))
                    continue;
                yield return Path.Combine(folder, name);
                break;
            }
        }
    }

    /// <summary>An element of a project file.</summary>
    /// <param name="Name">The property's name, or the item's type.</param>
    /// <param name="Value">The property's text; the item's Include.</param>
    /// <param name="Place">Its location.</param>
    internal sealed record Element(string Name, string Value, SourceLocation Place);

    private sealed class Reader
    {
        public ImmutableArray<Element>.Builder Properties { get; } = ImmutableArray.CreateBuilder<Element>();

        public ImmutableArray<Element>.Builder Items { get; } = ImmutableArray.CreateBuilder<Element>();

        public ImmutableArray<string>.Builder Hooks { get; } = ImmutableArray.CreateBuilder<string>();

        public void Read(string file)
        {
            try
            {
                using XmlReader reader =
                    XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
                Stack<string> open = new();
                StringBuilder text = new();
                Element? property = null;
                while (reader.Read())
                {
                    switch (reader.NodeType)
                    {
                        case XmlNodeType.Element:
                            string? parent = open.TryPeek(out string? name) ? name : null;
                            SourceLocation place = new(file, ((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition);
                            if (parent == "PropertyGroup")
                            {
                                property = new Element(reader.LocalName, "", place);
                                text.Clear();
                            }

                            bool isEmpty = reader.IsEmptyElement;
                            string element = reader.LocalName;
                            if (parent == "ItemGroup")
                                Items.Add(new Element(element, reader.GetAttribute("Include") ?? "", place));
                            if (element == "Target" && reader.GetAttribute("BeforeTargets") is { } before)
                                Hooks.AddRange(before.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                            if (!isEmpty)
                                open.Push(element);
                            else if (parent == "PropertyGroup")
                                Properties.Add(property!);
                            break;
                        case XmlNodeType.Text or XmlNodeType.CDATA:
                            text.Append(reader.Value);
                            break;
                        case XmlNodeType.EndElement:
                            open.Pop();
                            if (property is not null && open.TryPeek(out string? group) && group == "PropertyGroup")
                                Properties.Add(property with { Value = text.ToString().Trim() });
                            break;
                    }
                }
            }
            catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
            {
                // MSBuild has already read the file; its lines and names only improve messages.
            }
        }
    }
}
