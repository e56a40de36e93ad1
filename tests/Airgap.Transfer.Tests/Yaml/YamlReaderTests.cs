using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Tests.Yaml;

/// <summary>YAML is accepted and refused as by a cluster's tools. The expected values come from libyaml.</summary>
[TestClass]
public sealed class YamlReaderTests
{
    [TestMethod]
    [DataRow("a: |\n    \n    \nb: c\n", "{a:\"\",b:c}", DisplayName = "a block of blank lines with spaces")]
    [DataRow("a: >\n    \n    \nb: c\n", "{a:\"\",b:c}", DisplayName = "a folded one")]
    [DataRow("a: \"one\ntwo\"\nb: c\n", "{a:\"one two\",b:c}", DisplayName = "a quoted text whose next line is not indented")]
    [DataRow("a:\n  b: \"one\n\n two\"\n  c: d\n", "{a:{b:\"one\\ntwo\",c:d}}")]
    [DataRow("a: |+\n    \n    \nb: c\n", "{a:\"\\n\\n\",b:c}")]
    [DataRow("a: {b: \"x\ny\", c: d}\n", "{a:{b:\"x y\",c:d}}")]
    [DataRow("a: [\n1,\n2\n]\nb: c\n", "{a:[1,2],b:c}", DisplayName = "brackets at the start of a line")]
    [DataRow("a: {\nb: c\n}\n", "{a:{b:c}}")]
    [DataRow("a: 'one\ntwo'\nb: c\n", "{a:\"one two\",b:c}")]
    [DataRow("a: \"\\'\"\n", "{a:\"'\"}")]
    [DataRow("a:\n- b\n- c\nd: e\n", "{a:[b,c],d:e}")]
    [DataRow("a: >-\n  one\n  two\n\n  three\n", "{a:\"one two\\nthree\"}")]
    [DataRow("a: |+\n  x\n\n\nb: y\n", "{a:\"x\\n\\n\\n\",b:y}")]
    [DataRow("- - a\n  - b\n- c: d\n  e: f\n", "[[a,b],{c:d,e:f}]")]
    [DataRow("? a\n: b\n", "{a:b}")]
    [DataRow("{a: , b, [c]: }\n", null)]
    [DataRow("[a: b, c]", "[{a:b},c]")]
    [DataRow("a: b *c\nd *e: f\n", "{a:b *c,d *e:f}")]
    [DataRow("a: !!str 7\nb: !!int \"7\"\nc: !x 7\n", "{a:\"7\",b:7,c:\"7\"}")]
    [DataRow("%TAG !e! tag:yaml.org,2002:\n--- !e!str 7\n", "\"7\"")]
    [DataRow("a: one\ntwo\n", null)]
    [DataRow("a: |\n      \n  text\nb: c\n", null, DisplayName = "a block whose text is indented less than the blanks above it")]
    [DataRow("a: x: y\n", null)]
    [DataRow("a: @x\n", null)]
    [DataRow("a:\n\tb: c\n", null)]
    [DataRow("a: *b\n", null)]
    [DataRow("a: &a [*a]\n", null)]
    [DataRow("a: [b\nc: d\n", null)]
    [DataRow("%YAML 1.2\n---\na: b\n", null)]
    public void YAML_IsReadAsLibyamlReadsIt(string yaml, string? expected)
    {
        if (expected is null)
        {
            AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Read(yaml));
            Assert.IsTrue(e.Location!.Line > 0, e.Message);
            return;
        }

        Assert.AreEqual(expected, Show(Read(yaml).Single()));
    }

    [TestMethod]
    [DataRow("b: &b {x: 1, y: 2}\na: {x: 0, <<: *b, y: 3}\n", "{x:0,x:1,y:2,y:3}",
        DisplayName = "in their order: the last of one name wins")]
    [DataRow("b: &b {x: 1}\nc: &c {y: 2}\na: {<<: [*b, *c]}\n", "{x:1}", DisplayName = "of a list, the first")]
    [DataRow("b: &b {x: 1}\na: {\"<<\": *b}\n", "{<<:{x:1}}", DisplayName = "in quotes it is a key")]
    [DataRow("b: &b [x]\na: {<<: *b}\n", null)]
    [DataRow("b: &b x\na: {<<: *b}\n", null)]
    public void MergeKeysAsYttHasThem(string yaml, string? expected)
    {
        if (expected is null)
            Assert.Contains("a merge key needs a mapping", Assert.ThrowsExactly<AirgapException>(() => Read(yaml)).Message);
        else
            Assert.AreEqual(expected, Show(YamlLookup.Find(Read(yaml).Single(), "a")!));
    }

    [TestMethod]
    public void DocumentsArePartedByTheirMarks()
    {
        Assert.AreEqual("a b {c:d}", string.Join(' ', Read("--- a\n--- b\n...\n---\nc: d\n").Select(Show)));
        Assert.IsEmpty(Read("# nothing\n"));
    }

    [TestMethod]
    public void PlacesAreThoseOfTheFile()
    {
        YamlMapping root = (YamlMapping)Read("a: \"one\ntwo\"\nb: &x c\nd: [ *x ]\n").Single();
        YamlSequence list = (YamlSequence)root.Entries[2].Value;
        Assert.AreEqual((3, 4), (root.Entries[1].Value.Line, root.Entries[1].Value.Column));
        Assert.AreEqual((4, 6), (list.Items[0].Line, list.Items[0].Column));
    }

    [TestMethod]
    [Timeout(60_000)]
    [DataRow("- ")]
    [DataRow("[")]
    [DataRow("{a: ")]
    [DataRow("? ")]
    [DataRow("&a ")]
    [DataRow("!a ")]
    [DataRow("\"a\" ")]
    [DataRow("a\n")]
    public void Repetition_EndsSoon(string part)
    {
        string text = string.Concat(Enumerable.Repeat(part, 1_000_000));
        Assert.IsTrue(YamlReader.ReadBeginning(text).Count < 2);
    }

    private static IReadOnlyList<YamlNode> Read(string yaml) =>
        YamlReader.ReadDocuments(Encoding.UTF8.GetBytes(yaml), new YamlContext("a.yml", ErrorCode.InvalidPackage, "Mend it."));

    private static string Show(YamlNode node) => node switch
    {
        YamlScalar { IsPlain: true } scalar => scalar.Text,
        YamlScalar scalar => $"\"{scalar.Text.Replace("\n", "\\n", StringComparison.Ordinal)}\"",
        YamlSequence list => $"[{string.Join(',', list.Items.Select(Show))}]",
        YamlMapping map => $"{{{string.Join(',', map.Entries.Select(entry => $"{entry.Key.Text}:{Show(entry.Value)}"))}}}",
        _ => "",
    };
}
