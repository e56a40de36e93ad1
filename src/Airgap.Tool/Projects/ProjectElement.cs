using System.Xml;
using Airgap.Oci;

namespace Airgap.Tool.Projects;

/// <summary>An element of a project file, and its position in the text.</summary>
internal sealed class ProjectElement
{
    private ProjectElement(string name, ProjectElement? parent, int start, int line)
    {
        Name = name;
        Parent = parent;
        Start = start;
        Line = line;
    }

    /// <summary>The local name.</summary>
    public string Name { get; }

    /// <summary>The element around it; null for the root.</summary>
    public ProjectElement? Parent { get; }

    /// <summary>Offset of its <c>&lt;</c>.</summary>
    public int Start { get; }

    /// <summary>The line it starts on, from 1.</summary>
    public int Line { get; }

    /// <summary>True for <c>&lt;Name /&gt;</c>.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Offset of its end tag, or of <c>/&gt;</c> when it is empty.</summary>
    public int End { get; private set; }

    /// <summary>Its attributes, by local name.</summary>
    public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Its child elements, in order.</summary>
    public List<ProjectElement> Children { get; } = [];

    /// <summary>Its text, without that of child elements.</summary>
    public string Text { get; private set; } = "";

    /// <summary>This element and all its descendants.</summary>
    public IEnumerable<ProjectElement> SelfAndDescendants() => Children.SelectMany(child => child.SelfAndDescendants()).Prepend(this);

    /// <summary>True if a condition, or a target, decides whether it counts.</summary>
    public bool IsConditional =>
        Name is "When" or "Otherwise" or "Target" || Attributes.ContainsKey("Condition") || Parent?.IsConditional == true;

    /// <summary>Reads a file's elements.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UneditableProject"/>: not XML, or XML with a document
    /// type.</exception>
    public static ProjectElement Parse(string path, string text)
    {
        try
        {
            return Read(text);
        }
        catch (XmlException e)
        {
            throw new AirgapException(
                ErrorCode.UneditableProject, $"The file '{path}' cannot be edited: {e.Message}",
                "Correct the file, or add the items by hand.")
            { Location = new SourceLocation(path, e.LineNumber, e.LinePosition) };
        }
    }

    private static ProjectElement Read(string text)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        IXmlLineInfo place = (IXmlLineInfo)reader;
        int[] lines = LineStarts(text);
        int Offset() => lines[place.LineNumber - 1] + place.LinePosition - 1;
        ProjectElement? root = null;
        ProjectElement? open = null;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                // The reader's position is behind the '<'.
                ProjectElement element = new(reader.LocalName, open, Offset() - 1, place.LineNumber) { IsEmpty = reader.IsEmptyElement };
                root ??= element;
                open?.Children.Add(element);
                while (reader.MoveToNextAttribute())
                    element.Attributes[reader.LocalName] = reader.Value;
                if (element.IsEmpty)
                    element.End = EndOfEmpty(text, element.Start);
                else
                    open = element;
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                open!.End = Offset() - 2;
                open = open.Parent;
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && open is not null)
            {
                open.Text += reader.Value;
            }
        }

        return root!;
    }

    private static int EndOfEmpty(string text, int start)
    {
        char quote = '\0';
        for (int i = start; ; i++)
        {
            if (quote != '\0')
                quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '"' or '\'')
                quote = text[i];
            else if (text[i] == '/' && text[i + 1] == '>')
                return i;
        }
    }

    // CR LF, LF and CR end a line, as in the XML reader.
    private static int[] LineStarts(string text)
    {
        List<int> starts = [0];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                starts.Add(i + 1);
        }

        return [.. starts];
    }
}
