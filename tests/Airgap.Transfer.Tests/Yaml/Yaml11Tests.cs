using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Tests.Yaml;

[TestClass]
public sealed class Yaml11Tests
{
    [TestMethod]
    [DataRow("2001-1-1")]
    [DataRow("2000-02-29")]
    [DataRow("2001-12-14t21:59:43.10-05:00")]
    [DataRow("2001-12-14T2:9:4Z")]
    [DataRow("2001-12-14 21:59:43.10")]
    [DataRow("1:20:30")]
    [DataRow("-1_0:59.5")]
    [DataRow("0b-101")]
    [DataRow("")]
    [DataRow("Off")]
    [DataRow(".5e3")]
    [DataRow(".1_0")]
    public void AScalarThatYaml11ReadsOtherwise_IsQuoted(string text) => Assert.IsTrue(Yaml11.NeedsQuotes(text));

    [TestMethod]
    [DataRow("2001-02-29")]
    [DataRow("2001-13-01")]
    [DataRow("2001-12-14 21:59:43.10 -5")]
    [DataRow("2001-12-14T25:00:00Z")]
    [DataRow("1:60")]
    [DataRow("1.2.3")]
    [DataRow("0x")]
    [DataRow("0b2")]
    [DataRow("+")]
    [DataRow("-")]
    [DataRow(".")]
    [DataRow("oFF")]
    [DataRow("<<")]
    [DataRow("=")]
    [DataRow("1e999")]
    [DataRow("._1")]
    public void AScalarThatYaml11ReadsAsText_IsNotQuoted(string text) => Assert.IsFalse(Yaml11.NeedsQuotes(text));

    [TestMethod]
    public void KeysAreInNaturalOrder()
    {
        string[] expected = ["", "1", "2", "10", "A", "Z10", "a", "a-", "a.b", "a1", "a01", "a2", "a9", "a10", "a10b",
            "aA", "ab", "b", "é"];
        string[] shuffled = [.. expected.Reverse()];
        Array.Sort(shuffled, NaturalKeyOrder.Instance);
        CollectionAssert.AreEqual(expected, shuffled, string.Join(' ', shuffled));
    }

    [TestMethod]
    public void ALongKeyStandsBehindAQuestionMark()
    {
        YamlTextWriter writer = new();
        writer.Field(new string('k', 129), "v", 0);
        writer.Field("two\nlines", "v", 0);
        writer.Field(new string('é', 64), "v", 0);
        Assert.AreEqual($"---\n? {new string('k', 129)}\n: v\n? |-\n  two\n  lines\n: v\n{new string('é', 64)}: v\n", writer.Finish());
    }

    [TestMethod]
    public void QuotedTextIsFoldedBehindColumn80()
    {
        string words = string.Join(' ', Enumerable.Repeat("word", 20));
        YamlTextWriter writer = new();
        writer.Field("a", words + ": x", 0);
        writer.Field("b", words + "\t x", 0);
        string folded = string.Join(' ', Enumerable.Repeat("word", 16));
        Assert.AreEqual($"---\na: '{folded}\n  word word word word: x'\nb: \"{folded}\n  word word word word\\t x\"\n", writer.Finish());
    }
}
