using System.Xml;
using Airgap.Oci;

namespace Airgap.Build;

/// <summary>Properties that stand literally in a project's files: MSBuild tells a task the names of the global ones alone.</summary>
internal static class WrittenProperties
{
    /// <summary>The properties of some files, each with its place. A file that cannot be read has none: this is a courtesy.</summary>
    public static IEnumerable<(string Name, SourceLocation Place)> Find(IEnumerable<string> files) =>
        files.Distinct(StringComparer.Ordinal).Where(File.Exists).SelectMany(Read);

    /// <summary>The files in which a project's author writes properties: the project, and the nearest that MSBuild imports around it.</summary>
    public static IEnumerable<string> FilesOf(string projectFile)
    {
        yield return projectFile;
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets" })
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

    private static List<(string Name, SourceLocation Place)> Read(string file)
    {
        List<(string Name, SourceLocation Place)> found = [];
        try
        {
            using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            Stack<string> open = new();
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.EndElement)
                    open.Pop();
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                IXmlLineInfo place = (IXmlLineInfo)reader;
                if (open.TryPeek(out string? parent) && parent == "PropertyGroup")
                    found.Add((reader.LocalName, new SourceLocation(file, place.LineNumber, place.LinePosition)));
                if (!reader.IsEmptyElement)
                    open.Push(reader.LocalName);
            }
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
        }

        return found;
    }
}
