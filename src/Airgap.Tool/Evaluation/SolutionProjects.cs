using System.Text.RegularExpressions;
using System.Xml;
using Airgap.Oci;

namespace Airgap.Tool.Evaluation;

/// <summary>The projects that a solution names.</summary>
internal static partial class SolutionProjects
{
    /// <summary>True for the name of a solution, of either format, or of a filter of one.</summary>
    public static bool Is(string path) => Path.GetExtension(path).ToLowerInvariant() is ".sln" or ".slnx" or ".slnf";

    /// <summary>
    /// Full paths of its projects, in its order, without solution folders and other entries that are not MSBuild
    /// projects.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ProjectEvaluation"/>, or 3xxx: the file.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        if (SolutionFilter.Is(path))
            return SolutionFilter.Read(path);
        try
        {
            IEnumerable<string> names = Path.GetExtension(path).Equals(".slnx", StringComparison.OrdinalIgnoreCase)
                ? ReadXml(path) : ReadText(path);
            return
            [
                .. names.Where(name => name.EndsWith("proj", StringComparison.OrdinalIgnoreCase))
                    .Select(name => FullPath(name, path))
                    .Distinct(StringComparer.Ordinal),
            ];
        }
        catch (XmlException e)
        {
            throw new AirgapException(
                ErrorCode.ProjectEvaluation, $"The solution '{path}' cannot be read: {e.Message}",
                "Check the file: 'dotnet sln list' on it shows the same problem.", e)
            {
                Location = new SourceLocation(path, e.LineNumber, e.LinePosition),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AirgapException(
                ErrorCode.FileFailure, $"The solution '{path}' cannot be read: {e.Message}", "Check the file and its permissions.", e);
        }
    }

    /// <summary>The full path of a name in a solution, which has backslashes on every system.</summary>
    public static string FullPath(string name, string solution) =>
        Path.GetFullPath(name.Replace('\\', Path.DirectorySeparatorChar), Path.GetDirectoryName(solution)!);

    private static List<string> ReadXml(string path)
    {
        List<string> names = [];
        using XmlReader reader =
            XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "Project" } && reader.GetAttribute("Path") is { Length: > 0 } name)
                names.Add(name);
        }

        return names;
    }

    private static List<string> ReadText(string path) =>
        [.. File.ReadLines(path).Select(line => ProjectLine().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value)];

    [GeneratedRegex("""^Project\("[^"]*"\)\s*=\s*"[^"]*",\s*"([^"]+)",""")]
    private static partial Regex ProjectLine();
}
