using System.Text.Json;

namespace Airgap.Oci.Tests;

/// <summary>Text from outside on a terminal and in a CI system's log.</summary>
[TestClass]
public sealed class PrintableTests
{
    [TestMethod]
    [DataRow("a plain text: it's 5 µs, ünï, 日本, 😀", "a plain text: it's 5 µs, ünï, 日本, 😀")]
    [DataRow("a\u001b[31mb\u0007\u007f\u0085", "a\\x1b[31mb\\x07\\x7f\\x85", DisplayName = "C0, DEL and C1")]
    [DataRow("a\u202eb\u2066\u200f\u2028", "a\\u202eb\\u2066\\u200f\\u2028", DisplayName = "Direction marks and line separators")]
    [DataRow("403: ##vso[task.setvariable variable=x]y", "403: #\\x23vso[task.setvariable variable=x]y")]
    [DataRow("##[error]x ###[group] ##VSO[x]", "#\\x23[error]x ##\\x23[group] #\\x23VSO[x]")]
    [DataRow("# a ## b ##c [d]", "# a ## b ##c [d]", DisplayName = "Hashes that begin no command")]
    [DataRow("::set-env name=x::y", ":\\x3aset-env name=x::y")]
    [DataRow(" \u00a0::error::y", " \u00a0:\\x3aerror::y", DisplayName = "After blanks of any kind")]
    [DataRow("a::b ::c", "a::b ::c", DisplayName = "Not at the beginning")]
    [DataRow("::1 GET", "::1 GET", DisplayName = "An address")]
    [DataRow("a\r\nb\tc\rd", "a\\x0d\\x0ab\\x09c\\x0dd", DisplayName = "Line breaks and tabs")]
    public void ALine_IsShownWithoutControls_AndCommandsOfCi(string text, string expected)
    {
        Assert.AreEqual(expected, Printable.Line(text));
        Assert.AreEqual(expected, Printable.Of(text));
        Assert.AreEqual(expected, new Diagnostic(ErrorCode.Unexpected, text, "").Message);
        Assert.AreEqual(expected, (new Diagnostic(ErrorCode.Unexpected, "", "") with { Advice = text }).Advice);
        Assert.AreEqual(expected, new AirgapException(ErrorCode.Unexpected, text, "").Message);
    }

    [TestMethod]
    public void ABlockKeepsItsLines_AndEachIsGuarded() => Assert.AreEqual(
        "a\n\tb\r\n :\\x3aerror::x\\x0dy\n#\\x23[z]", Printable.Block("a\n\tb\r\n ::error::x\ry\n##[z]"));

    [TestMethod]
    public void AHarmlessTextIsTheSameObject()
    {
        string text = new('x', 100_000);
        Assert.AreSame(text, Printable.Block(text));
        Assert.AreSame(text, Printable.Line(text));
        Assert.AreSame(text, Printable.Json(text));
    }

    [TestMethod]
    public void JsonHasTheSameValues_AndNoCommand()
    {
        string[] values = ["##vso[x]y", "###[z", "\u202e\u0085\u2028", "a\nb\\", "#\\##[", "::x"];
        string document =
            $"[{string.Join(", ", values.Select(value => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""))}]";
        string json = Printable.Json(document);

        Assert.AreSequenceEqual(values, JsonDocument.Parse(json).RootElement.EnumerateArray().Select(value => value.GetString()));
        Assert.DoesNotContain("##vso[", json);
        Assert.DoesNotContain("##[", json);
        Assert.IsTrue(json.All(c => c is >= ' ' and <= '~'), json);
    }

    [TestMethod]
    public void NothingThatIsMadePrintableIsObeyed()
    {
        string[] pieces = ["#", "##", "vso", "[", "::", ":", "set-env", "\n", "\r", "\t", " ", "\u001b", "\u202e", "x", "\u00a0", "…"];
        Random random = new(20_261_128);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            foreach (string line in Printable.Block(text).Split('\n').Append(Printable.Line(text)))
            {
                Assert.IsFalse(line.Contains("##vso[", StringComparison.OrdinalIgnoreCase)
                    || line.Contains("##[", StringComparison.Ordinal), line);
                Assert.IsFalse(line.TrimStart() is [':', ':', >= 'a' and <= 'z', ..], line);
                Assert.IsFalse(line.TrimEnd('\r').Any(c => c != '\t' && Printable.IsUnprintable(c)), line);
            }
        }
    }
}
