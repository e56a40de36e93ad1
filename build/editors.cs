// Writes what editors read about the package's items, metadata and properties, from the tables of its README:
//   dotnet run build/editors.cs
// Airgap.Build.targets.buildschema.json, beside the targets, is for the MSBuild editor of Visual Studio and VS Code;
// schemas/Airgap.Build.xsd extends MSBuild's own schema, as Visual Studio has it; schemas/Airgap.Build.project.xsd is for XML editors.
// A test fails while these files and the README differ.

using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml.Linq;

string package = Path.GetFullPath(Path.Combine(ScriptFolder(), "..", "src", "Airgap.Build"));
string[] readme = File.ReadAllLines(Path.Combine(package, "README.md"));
(string Name, string Text)[] items = [.. Rows("| item |").Where(row => row.Name.StartsWith("Imgpkg", StringComparison.Ordinal))];
(string Name, string Text)[] metadata = [.. Rows("| metadata |")];
(string Name, string Text)[] properties = [.. Rows("| property |")];

File.WriteAllText(Path.Combine(package, "build", "Airgap.Build.targets.buildschema.json"), BuildSchema());
File.WriteAllText(Path.Combine(package, "schemas", "Airgap.Build.xsd"), Xsd(extendsMSBuild: true));
File.WriteAllText(Path.Combine(package, "schemas", "Airgap.Build.project.xsd"), Xsd(extendsMSBuild: false));

// The metadata of an item: those of the README's tables, and those that its row of the table of items names.
(string Name, string Text)[] MetadataOf(string item) => item switch
{
    "ImgpkgBundle" or "ImgpkgImage" or "ImgpkgLock" => metadata,
    "ImgpkgBundleContent" =>
        [("TargetPath", "path of the file in the bundle"), ("Link", "path of the file in the bundle, without TargetPath"), .. metadata],
    "ImgpkgBundleImage" =>
        [("Id", "text of the image under packages/, if that differs"), ("Platform", "OS/ARCHITECTURE of the image to select of an index")],
    "ImgpkgTrust" => [.. Rows("| metadata of `ImgpkgTrust` |")],
    _ => [],
};

string BuildSchema()
{
    using MemoryStream stream = new();
    using (Utf8JsonWriter json =
        new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
    {
        json.WriteStartObject();
        json.WriteStartObject("items");
        foreach ((string name, string text) in items)
        {
            json.WriteStartObject(name);
            json.WriteString("description", text);
            if (MetadataOf(name) is { Length: > 0 } own)
            {
                json.WriteStartObject("metadata");
                foreach ((string key, string meaning) in own)
                    json.WriteString(key, meaning);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("properties");
        foreach ((string name, string text) in properties)
            json.WriteString(name, text);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
}

// In MSBuild's namespace, for Visual Studio: an extension of MSBuild's own schema. Without a namespace, for XML editors: complete by
// itself, and open for all other elements of a project.
string Xsd(bool extendsMSBuild)
{
    XNamespace xs = "http://www.w3.org/2001/XMLSchema";
    const string Build = "http://schemas.microsoft.com/developer/msbuild/2003";
    string prefix = extendsMSBuild ? "msb:" : "";
    XElement Documented(string text) => new(xs + "annotation", new XElement(xs + "documentation", text));
    XAttribute? Substitutes(string head) => extendsMSBuild ? new XAttribute("substitutionGroup", prefix + head) : null;
    XElement Item((string Name, string Text) item) => new(
        xs + "element", new XAttribute("name", item.Name), new XAttribute("type", $"{prefix}{item.Name}Type"), Substitutes("Item"),
        Documented(item.Text));
    // A named type, because some editors complete only those.
    XElement TypeOf((string Name, string Text) item) => new(
        xs + "complexType", new XAttribute("name", item.Name + "Type"), new XElement(xs + "complexContent", new XElement(
            xs + "extension", new XAttribute("base", prefix + "SimpleItemType"),
            Elements(MetadataOf(item.Name)),
            MetadataOf(item.Name).Select(pair =>
                new XElement(xs + "attribute", new XAttribute("name", pair.Name), new XAttribute("type", "xs:string"),
                    Documented(pair.Text))))));
    // Metadata may also be written as elements, in any order.
    XElement? Elements((string Name, string Text)[] own) => own.Length == 0 ? null : new(
        xs + "choice", new XAttribute("minOccurs", 0), new XAttribute("maxOccurs", "unbounded"),
        own.Select(pair => new XElement(
            xs + "element", new XAttribute("name", pair.Name), new XAttribute("type", prefix + "StringPropertyType"),
            Documented(pair.Text))));
    XElement Property((string Name, string Text) property) => new(
        xs + "element", new XAttribute("name", property.Name), new XAttribute("type", prefix + "StringPropertyType"),
        Substitutes("Property"), Documented(property.Text));
    XElement Optional(string name) => new(xs + "attribute", new XAttribute("name", name), new XAttribute("type", "xs:string"));
    // The types of MSBuild that our elements need, and the groups that contain them.
    IEnumerable<XElement> Project() =>
    [
        .. new[] { "Project", "PropertyGroup", "ItemGroup", "ItemDefinitionGroup" }
            .Select(name => new XElement(xs + "element", new XAttribute("name", name), new XAttribute("type", "OpenType"))),
        new(xs + "complexType", new XAttribute("name", "OpenType"), new XAttribute("mixed", true),
            new XElement(xs + "sequence", new XElement(xs + "any", new XAttribute("processContents", "lax"),
                new XAttribute("minOccurs", 0), new XAttribute("maxOccurs", "unbounded"))),
            new XElement(xs + "anyAttribute", new XAttribute("processContents", "skip"))),
        new(xs + "complexType", new XAttribute("name", "SimpleItemType"),
            new[]
            {
                "Include", "Exclude", "Remove", "Update", "Condition", "Label", "KeepDuplicates", "KeepMetadata", "RemoveMetadata",
                "MatchOnMetadata", "MatchOnMetadataOptions",
            }.Select(Optional)),
        new(xs + "complexType", new XAttribute("name", "StringPropertyType"), new XElement(xs + "simpleContent", new XElement(
            xs + "extension", new XAttribute("base", "xs:string"), Optional("Condition"), Optional("Label")))),
    ];
    XElement schema = new(
        xs + "schema",
        extendsMSBuild ? [new XAttribute("targetNamespace", Build), new XAttribute(XNamespace.Xmlns + "msb", Build)] : (XAttribute[])[],
        new XAttribute(XNamespace.Xmlns + "xs", xs.NamespaceName),
        new XAttribute("elementFormDefault", "qualified"),
        extendsMSBuild ? [] : Project(), items.Select(Item), items.Select(TypeOf), properties.Select(Property));
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + schema.ToString().ReplaceLineEndings("\n") + "\n";
}

// In a table, the first column contains the name as code, and the second the text.
IEnumerable<(string Name, string Text)> Rows(string header)
{
    for (int i = 0; i < readme.Length; i++)
    {
        if (!readme[i].StartsWith(header, StringComparison.Ordinal))
            continue;
        for (i += 2; i < readme.Length && readme[i].StartsWith('|'); i++)
        {
            string[] cells = readme[i].Split('|', StringSplitOptions.TrimEntries);
            yield return (cells[1].Split('`')[1], cells[2].Replace("`", "", StringComparison.Ordinal));
        }
    }
}

static string ScriptFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
