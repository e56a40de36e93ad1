using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>The package's README lists exactly the existing items, properties and tasks.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    [TestMethod]
    public void TheTablesOfTheReadmeAreThoseOfTheCode()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "README.md"));
        Assert.AreSequenceEqual(MetadataNames.All, FirstColumn(lines, "| metadata |"));
        Assert.AreSequenceEqual(PropertyNames.All, FirstColumn(lines, "| property |"));
    }

    [TestMethod]
    public void TheTargetsPassOnEveryPropertyAndUseNoOther()
    {
        string targets = string.Concat(
            Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build"), "*.targets")
            .Select(File.ReadAllText));
        foreach (string name in PropertyNames.All)
            Assert.Contains($"$({name})", targets);
    }

    [TestMethod]
    public void EveryItemOfTheTargetsStandsInATable()
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build");
        string[] readme = File.ReadAllLines(Path.Combine(folder, "README.md"));
        HashSet<string> rows = [
            .. readme.Where(line => line.StartsWith("| `Imgpkg", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];
        HashSet<string> used = [
            .. Directory.GetFiles(Path.Combine(folder, "build"))
            .SelectMany(file => ItemName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];

        Assert.IsNotEmpty(used);
        Assert.IsEmpty(used.Except(rows), string.Join(", ", used.Except(rows)));
    }

    [TestMethod]
    [DataRow("Airgap.Build.xsd")]
    [DataRow("Airgap.Build.project.xsd")]
    public void EditorFiles_MatchTheReadme(string xsd)
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build");
        string[] readme = File.ReadAllLines(Path.Combine(folder, "README.md"));
        using JsonDocument json =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "build", "Airgap.Build.targets.buildschema.json")));
        JsonElement bundle = json.RootElement.GetProperty("items").GetProperty("ImgpkgBundle").GetProperty("metadata");
        JsonElement properties = json.RootElement.GetProperty("properties");
        XNamespace xs = "http://www.w3.org/2001/XMLSchema";
        XElement schema = XDocument.Load(Path.Combine(folder, "schemas", xsd)).Root!;
        Dictionary<string, XElement> elements =
            schema.Elements(xs + "element").ToDictionary(element => element.Attribute("name")!.Value);
        XElement type = schema.Elements(xs + "complexType").Single(type => type.Attribute("name")!.Value == "ImgpkgBundleType");

        Assert.AreSequenceEqual(MetadataNames.All, [.. bundle.EnumerateObject().Select(pair => pair.Name)]);
        Assert.AreSequenceEqual(PropertyNames.All, [.. properties.EnumerateObject().Select(pair => pair.Name)]);
        foreach ((string name, string text) in Rows(readme, "| property |"))
        {
            Assert.AreEqual(text, properties.GetProperty(name).GetString(), $"{name}: dotnet run build/editors.cs");
            Assert.AreEqual(text, elements[name].Descendants(xs + "documentation").First().Value, name);
        }

        foreach ((string name, string text) in Rows(readme, "| metadata |"))
        {
            Assert.AreEqual(text, bundle.GetProperty(name).GetString(), $"{name}: dotnet run build/editors.cs");
            Assert.AreEqual(text, type.Descendants(xs + "attribute")
                .Single(attribute => attribute.Attribute("name")!.Value == name).Value, name);
        }

        foreach ((string name, string text) in Rows(readme, "| item |")
            .Where(row => row.Name.StartsWith("Imgpkg", StringComparison.Ordinal)))
            Assert.AreEqual(text, elements[name].Descendants(xs + "documentation").First().Value, name);
    }

    // Matches @(Name), <Name> or ItemName="Name".
    [GeneratedRegex("""(?:@\(|<|ItemName=")(Imgpkg\w+)""")]
    private static partial Regex ItemName();

    // Name and text of each row of the first table with the header.
    private static IEnumerable<(string Name, string Text)> Rows(string[] lines, string header) =>
        lines.SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Split('`')[1], cells[2].Replace("`", "", StringComparison.Ordinal)));

    private static IEnumerable<string> FirstColumn(string[] lines, string header) =>
        lines.SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('`')[1]);
}
