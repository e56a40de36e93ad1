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
/// <param name="Importers">The files that import others, which are not read.</param>
internal sealed record ProjectText(
    ImmutableArray<ProjectText.Element> Properties, ImmutableArray<ProjectText.Element> Items, ImmutableArray<string> Hooks,
    ImmutableArray<string> Importers)
{
    /// <summary>The end of the name of a user's own file beside a project or a publish profile.</summary>
    public const string UserEnd = ".user";

    /// <summary>
    /// Reads a project's files: the project, and the nearest that MSBuild imports around it. An unreadable file counts
    /// as empty.
    /// </summary>
    /// <param name="projectFile">Full path of the project.</param>
    /// <param name="globals">The properties of the command line, which may name a publish profile; null for none.</param>
    public static ProjectText Read(string projectFile, IReadOnlyDictionary<string, string>? globals = null)
    {
        Reader reader = new();
        foreach (string file in FilesOf(projectFile).Distinct(StringComparer.Ordinal).Where(File.Exists))
            reader.Read(file);
        foreach (string file in PublishProfile.FilesOf(projectFile, globals, reader.Properties).Where(File.Exists))
            reader.Read(file);
        return new ProjectText(reader.Properties.ToImmutable(), reader.Items.ToImmutable(), reader.Hooks.ToImmutable(),
            reader.Importers.ToImmutable());
    }

    /// <summary>True when a target of the project runs before this one, and may create or change items.</summary>
    public bool HasTargetBefore(string target) => Hooks.Contains(target, StringComparer.OrdinalIgnoreCase);

    /// <summary>The project, and the nearest files that MSBuild imports around every project; not all of them exist.</summary>
    public static IEnumerable<string> FilesOf(string projectFile)
    {
        yield return projectFile;
        yield return projectFile + UserEnd;
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
    internal sealed record Element(string Name, string Value, SourceLocation Place)
    {
        /// <summary>The item's Update.</summary>
        public string Update { get; init; } = "";

        /// <summary>The item's Remove.</summary>
        public string Remove { get; init; } = "";

        /// <summary>True if a condition, or a target, decides whether it counts.</summary>
        public bool IsConditional { get; init; }
    }

    private sealed class Reader
    {
        public ImmutableArray<Element>.Builder Properties { get; } = ImmutableArray.CreateBuilder<Element>();

        public ImmutableArray<Element>.Builder Items { get; } = ImmutableArray.CreateBuilder<Element>();

        public ImmutableArray<string>.Builder Hooks { get; } = ImmutableArray.CreateBuilder<string>();

        public ImmutableArray<string>.Builder Importers { get; } = ImmutableArray.CreateBuilder<string>();

        public void Read(string file)
        {
            try
            {
                using XmlReader reader =
                    XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
                Stack<string> open = new();
                Stack<bool> conditional = new();
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
                            bool depends = element is "When" or "Otherwise" or "Target" || reader.GetAttribute("Condition") is not null
                                || (conditional.TryPeek(out bool outer) && outer);
                            if (parent == "ItemGroup")
                                Items.Add(new Element(element, reader.GetAttribute("Include") ?? "", place)
                                {
                                    Update = reader.GetAttribute("Update") ?? "",
                                    Remove = reader.GetAttribute("Remove") ?? "",
                                    IsConditional = depends
                                });
                            if (element == "Import")
                                Importers.Add(file);
                            if (element == "Target" && reader.GetAttribute("BeforeTargets") is { } before)
                                Hooks.AddRange(before.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                            if (!isEmpty)
                            {
                                open.Push(element);
                                conditional.Push(depends);
                            }
                            else if (parent == "PropertyGroup")
                                Properties.Add(property!);
                            break;
                        case XmlNodeType.Text or XmlNodeType.CDATA:
                            text.Append(reader.Value);
                            break;
                        case XmlNodeType.EndElement:
                            open.Pop();
                            conditional.Pop();
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
