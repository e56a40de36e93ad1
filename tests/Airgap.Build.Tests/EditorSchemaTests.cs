using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>By the package's schemas, editors accept every item, metadata and property of the samples, and nothing else.</summary>
[TestClass]
public sealed class EditorSchemaTests
{
    private const string Build = "http://schemas.microsoft.com/developer/msbuild/2003";

    // The part of MSBuild's own schema that ours builds on.
    private const string Core = """
        <xs:schema targetNamespace="http://schemas.microsoft.com/developer/msbuild/2003" xmlns="http://schemas.microsoft.com/developer/msbuild/2003" xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
          <xs:element name="Item" type="SimpleItemType" abstract="true" />
          <xs:element name="Property" abstract="true" />
          <xs:complexType name="SimpleItemType"><xs:attribute name="Include" type="xs:string" /><xs:attribute name="Condition" type="xs:string" /></xs:complexType>
          <xs:complexType name="StringPropertyType"><xs:simpleContent><xs:extension base="xs:string"><xs:attribute name="Condition" type="xs:string" /></xs:extension></xs:simpleContent></xs:complexType>
        </xs:schema>
        """;

    private static readonly XmlSchemaSet s_schemas = Compile("Airgap.Build.xsd", Core);

    // Complete without MSBuild's schema.
    private static readonly XmlSchemaSet s_project = Compile("Airgap.Build.project.xsd");

    [TestMethod]
    public void TheXmlSchema_AcceptsTheSamples()
    {
        XElement[] elements = [.. OwnElements()];
        Assert.IsGreaterThan(10, elements.Length);
        Assert.Contains(element => element.Name.LocalName == "ImgpkgTrust", elements);
        foreach (XElement element in elements)
            Assert.IsEmpty(Problems(element), $"{element}: {string.Join('\n', Problems(element))}");
    }

    [TestMethod]
    [DataRow("""<ImgpkgBundle Include="a/b:1" PackageRepo="x" />""")]
    [DataRow("""<ImgpkgTrust Include="a" Keys="x" />""")]
    [DataRow("""<ImgpkgBundleImage Include="a/b:1" Ids="x" />""")]
    [DataRow("""<ImgpkgBundle Include="a/b:1"><PackageRepo>x</PackageRepo></ImgpkgBundle>""")]
    [DataRow("<AirgapRegistri>host/a</AirgapRegistri>")]
    public void TheXmlSchema_RefusesAMistypedName(string xml) => Assert.IsNotEmpty(Problems(XElement.Parse(xml)));

    [TestMethod]
    public void TheXmlSchema_AcceptsMetadataAsElements() => Assert.IsEmpty(Problems(XElement.Parse(
        """<ImgpkgBundle Include="a/b:1"><Namespace Condition="true">n</Namespace><Repository>x</Repository></ImgpkgBundle>""")));

    [TestMethod]
    public void TheSchemaOfProjects_AcceptsTheSamplesAsTheyAre()
    {
        XDocument[] projects = [.. Projects()];
        Assert.IsGreaterThan(20, projects.Length);
        foreach (XDocument project in projects)
            Assert.IsEmpty(Problems(project, s_project), $"{project}: {string.Join('\n', Problems(project, s_project))}");
    }

    [TestMethod]
    [DataRow("""<PropertyGroup><AirgapRegistry Conditoin="x">host/a</AirgapRegistry></PropertyGroup>""")]
    [DataRow("""<ItemGroup><ImgpkgBundle Include="a/b:1" PackageRepo="x" /></ItemGroup>""")]
    [DataRow("""<ItemGroup><ImgpkgBundle Include="a/b:1"><PackageRepo>x</PackageRepo></ImgpkgBundle></ItemGroup>""")]
    [DataRow("""<Target Name="X"><ItemGroup><ImgpkgTrust Include="a" Keys="x" /></ItemGroup></Target>""")]
    public void TheSchemaOfProjects_RefusesAMistypedNameAmongOthersElements(string xml) => Assert.HasCount(1, Problems(XDocument.Parse(
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <ItemGroup>
            <ProjectReference Include="z"><Project>an old project names it so</Project></ProjectReference>
            <ImgpkgBundle Update="a/b:1"><PackageRepository>y</PackageRepository><Namespace Condition="true">n</Namespace></ImgpkgBundle>
          </ItemGroup>
          {xml}
        </Project>
        """), s_project));

    [TestMethod]
    public void TheJsonSchemas_ExplainEveryProperty()
    {
        string[] files = Directory.GetFiles(Schemas.Folder, "*.schema.json");
        Assert.IsGreaterThan(5, files.Length);
        foreach (string file in files)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
            string[] unexplained = [.. Unexplained(json.RootElement, json.RootElement)];
            Assert.IsEmpty(unexplained, $"{Path.GetFileName(file)}: {string.Join(", ", unexplained)}");
        }
    }

    [TestMethod]
    public void TheBuildSchema_NamesEverythingOfTheSamples()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build", "Airgap.Build.targets.buildschema.json")));
        JsonElement items = json.RootElement.GetProperty("items");
        JsonElement properties = json.RootElement.GetProperty("properties");
        foreach (XElement element in OwnElements())
        {
            string name = element.Name.LocalName;
            if (properties.TryGetProperty(name, out _))
                continue;
            Assert.IsTrue(items.TryGetProperty(name, out JsonElement item), name);
            foreach (string metadata in element.Attributes().Select(attribute => attribute.Name.LocalName).Except(["Include", "Condition"]))
                Assert.IsTrue(item.GetProperty("metadata").TryGetProperty(metadata, out _), $"{name}: {metadata}");
        }
    }

    // The items and properties of this package in all projects of the samples.
    private static IEnumerable<XElement> OwnElements() =>
        from project in Projects()
        from element in project.Root!.Elements().Elements()
        where element.Name.LocalName.StartsWith("Imgpkg", StringComparison.Ordinal) || PropertyNames.All.Contains(element.Name.LocalName)
        select element;

    private static IEnumerable<XDocument> Projects() =>
        from file in Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot, "samples"), "*.*", SearchOption.AllDirectories)
        where Path.GetExtension(file) is ".csproj" or ".props" or ".targets" && !file.Contains($"{Path.DirectorySeparatorChar}obj")
        select XDocument.Load(file);

    // The properties without a description, neither their own nor one in the definition that they refer to.
    private static IEnumerable<string> Unexplained(JsonElement root, JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (JsonProperty member in node.EnumerateObject())
        {
            if (member.NameEquals("properties"))
            {
                foreach (JsonProperty property in member.Value.EnumerateObject().Where(property => !IsExplained(root, property.Value)))
                    yield return property.Name;
            }

            foreach (string name in Unexplained(root, member.Value))
                yield return name;
        }
    }

    private static bool IsExplained(JsonElement root, JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object
        || schema.TryGetProperty("description", out _)
        || (schema.TryGetProperty("$ref", out JsonElement reference)
            && root.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1]).TryGetProperty("description", out _));

    private static List<string> Problems(XElement element)
    {
        XNamespace build = Build;
        XElement qualified = new(element);
        foreach (XElement each in qualified.DescendantsAndSelf())
            each.Name = build + each.Name.LocalName;
        return Problems(new XDocument(qualified), s_schemas);
    }

    private static List<string> Problems(XDocument document, XmlSchemaSet schemas)
    {
        List<string> problems = [];
        document.Validate(schemas, (_, e) => problems.Add(e.Message));
        return problems;
    }

    private static XmlSchemaSet Compile(string name, string? core = null)
    {
        XmlSchemaSet schemas = new();
        if (core is not null)
            schemas.Add(null, XmlReader.Create(new StringReader(core)));
        schemas.Add(null, Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "schemas", name));
        schemas.Compile();
        return schemas;
    }
}
