using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.Pages;

/// <summary>
/// Every piece of a project, lock or manifest on a page is well formed, and uses only existing items, metadata and properties.
/// </summary>
[TestClass]
public sealed partial class ProjectExampleTests
{
    // Names from MSBuild, and from the samples' own files.
    private static readonly string[] s_groups = ["Project", "ItemGroup", "PropertyGroup"];
    private static readonly string[] s_itemAttributes = ["Include", "Exclude", "Update", "Remove", "Condition"];
    private static readonly string[] s_ownItems = ["ImgpkgBundle", "ImgpkgImage", "ImgpkgLock", "ImgpkgBundleContent", "ImgpkgBundleImage"];

    [TestMethod]
    public void EveryPieceOfAProject_NamesWhatThereIs()
    {
        FencedBlock[] blocks = [.. PageExamples.Blocks().Where(block => block.Language == "xml")];
        List<string> problems = [
            .. blocks.SelectMany(block => Problems(block.Text).Select(problem => $"{block.Page}:{block.Line}: {problem}"))];

        Assert.IsGreaterThan(2, blocks.Length);
        Assert.IsEmpty(problems, string.Join('\n', problems));
    }

    [TestMethod]
    [DataRow("<ItemGroup><ImgpkgBundle Include='a/b:1' PackageRepo='x' /></ItemGroup>", "PackageRepo")]
    [DataRow("<ItemGroup><ImgpkgBundel Include='a/b:1' /></ItemGroup>", "ImgpkgBundel")]
    [DataRow("<PropertyGroup><AirgapRegistri>x</AirgapRegistri></PropertyGroup>", "AirgapRegistri")]
    [DataRow("<ItemGroup>", "XML")]
    public void AWrongExample_IsFound(string text, string named) => Assert.Contains(named, string.Join('\n', Problems(text)));

    [TestMethod]
    public void EveryPieceOfJson_IsALock()
    {
        FencedBlock[] blocks = [.. PageExamples.Blocks().Where(block => block.Language == "json")];

        Assert.IsNotEmpty(blocks);
        foreach (FencedBlock block in blocks)
        {
            using JsonDocument document = JsonDocument.Parse(block.Text);
            if (document.RootElement.TryGetProperty("items", out _))
                Schemas.AssertValid("airgap.lock", block.Text);
        }
    }

    [TestMethod]
    public void EveryName_BetweenBackticks_IsOneThatThereIs()
    {
        string build = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build");
        string sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(build, "build")).Concat(Directory.EnumerateFiles(build, "*.cs"))
            .Select(File.ReadAllText));
        List<string> problems = [];
        foreach (string page in PageExamples.Pages)
        {
            foreach (Match match in OwnName().Matches(PageExamples.Read(page)))
            {
                string name = match.Groups[1].Value;
                if (!PropertyNames.All.Contains(name) && name != nameof(AirgapException) && !Regex.IsMatch(sources, $@"\b{name}\b"))
                    problems.Add($"{page}: {name}");
            }
        }

        Assert.IsEmpty(problems, string.Join('\n', problems));
    }

    private static IEnumerable<string> Problems(string text)
    {
        XElement piece;
        string? broken = null;
        try
        {
            // A piece may have several roots.
            piece = XElement.Parse($"<piece>{text}</piece>");
        }
        catch (XmlException e)
        {
            piece = new XElement("piece");
            broken = $"no XML: {e.Message}";
        }

        return broken is not null ? [broken]
            : piece.Elements().FirstOrDefault()?.Name.LocalName == "configuration" ? []
            : piece.Descendants().Select(Problem).OfType<string>();
    }

    private static string? Problem(XElement element)
    {
        string name = element.Name.LocalName;
        if (s_groups.Contains(name))
            return null;
        if (name.StartsWith("Imgpkg", StringComparison.Ordinal))
        {
            if (!s_ownItems.Contains(name))
                return $"there is no item {name}";
            string[] own = name == "ImgpkgBundleImage"
                ? ["Id", "Platform"] : name == "ImgpkgBundleContent" ? ["TargetPath", "Link"] : [.. MetadataNames.All];
            return element.Attributes().Select(attribute => attribute.Name.LocalName)
                .FirstOrDefault(attribute => !s_itemAttributes.Contains(attribute) && !own.Contains(attribute)) is { } unknown
                ? $"{name} has no metadata {unknown}"
                : null;
        }

        return name.StartsWith(PropertyNames.Prefix, StringComparison.Ordinal) && !PropertyNames.All.Contains(name)
            ? $"there is no property {name}" : null;
    }

    // Excludes assemblies, whose names have a dot.
    [GeneratedRegex(@"`(Airgap[A-Z]\w+)`")]
    private static partial Regex OwnName();
}
