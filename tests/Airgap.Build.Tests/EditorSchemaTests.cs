using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>Editors accept every item, metadata and property of the samples by the package's schemas, and nothing else.</summary>
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

    private static readonly XmlSchemaSet s_schemas = Compile();

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
    [DataRow("<AirgapRegistri>host/a</AirgapRegistri>")]
    public void TheXmlSchema_RefusesAMistypedName(string xml) => Assert.IsNotEmpty(Problems(XElement.Parse(xml)));

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
        from file in Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot, "samples"), "*.*", SearchOption.AllDirectories)
        where Path.GetExtension(file) is ".csproj" or ".props" or ".targets" && !file.Contains($"{Path.DirectorySeparatorChar}obj")
        from element in XDocument.Load(file).Root!.Elements().Elements()
        where element.Name.LocalName.StartsWith("Imgpkg", StringComparison.Ordinal) || PropertyNames.All.Contains(element.Name.LocalName)
        select element;

    private static List<string> Problems(XElement element)
    {
        List<string> problems = [];
        XNamespace build = Build;
        XDocument document = new(new XElement(build + element.Name.LocalName, element.Attributes(), element.Nodes()));
        document.Validate(s_schemas, (_, e) => problems.Add(e.Message));
        return problems;
    }

    private static XmlSchemaSet Compile()
    {
        XmlSchemaSet schemas = new();
        schemas.Add(null, XmlReader.Create(new StringReader(Core)));
        schemas.Add(null, Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "schemas", "Airgap.Build.xsd"));
        schemas.Compile();
        return schemas;
    }
}
