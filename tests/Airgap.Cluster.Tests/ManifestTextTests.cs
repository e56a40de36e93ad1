using System.Text;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Tests;

/// <summary>A manifest's text has the meaning that it has for kubectl. The expected results are those of kubectl 1.36.</summary>
[TestClass]
public sealed class ManifestTextTests
{
    private const string Mark = "\uFEFF";
    private const string Object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ";

    [TestMethod]
    [DataRow("y", "true")]
    [DataRow("on", "true")]
    [DataRow("Yes", "true")]
    [DataRow("N", "false")]
    [DataRow("OFF", "false")]
    [DataRow("false", "false")]
    [DataRow("'on'", "on")]
    [DataRow("!!str off", "off")]
    [DataRow("0777", "511")]
    [DataRow("0x10", "16")]
    [DataRow("1_0", "10")]
    [DataRow("+5", "5")]
    [DataRow("1.50", "1.5")]
    [DataRow("1.0", "1")]
    [DataRow(".5", "0.5")]
    [DataRow("1e3", "1000")]
    [DataRow("1e6", "1e+06")]
    [DataRow("1.23456789", "1.2345679")]
    [DataRow("1e40", ".inf")]
    [DataRow("-.inf", "-.inf")]
    [DataRow(".nan", ".nan")]
    [DataRow("-9223372036854775808", "-9223372036854775808")]
    [DataRow("2001-01-01", "2001-01-01")]
    [DataRow("1:30", "1:30")]
    [DataRow("yeah", "yeah")]
    public void AKey_IsResolvedAsAValueIs(string key, string expected)
    {
        ManifestDocument document = Read($"{Object}a}}\ndata:\n  {key}: text\n").Single();

        Assert.AreEqual(expected, document.Object.Find("data")!.Value.EnumerateObject().Single().Name);
    }

    [TestMethod]
    [DataRow("{~: a}", "a key is null")]
    [DataRow("{12345678901234567890: a}", "too large a number")]
    [DataRow("{y: a, 'true': b}", "the key 'true' is given twice")]
    public void AKeyThatJsonCannotHave_IsRefused(string data, string why)
    {
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => Read($"{Object}a}}\ndata: {data}\n"));

        Assert.AreEqual(ErrorCode.InvalidObject, failure.Code);
        Assert.Contains(why, failure.Message);
        Assert.AreEqual(4, failure.Location!.Line);
    }

    [TestMethod]
    [DataRow($"{Object}a}}\n---\n{Mark}{Object}b}}\n")]
    [DataRow($"{Mark}{Object}a}}\r\n---\r\n{Mark}{Object}b}}\n")]
    [DataRow($"{Mark}---\n{Object}a}}\n--- # next\n{Mark}{Object}b}}\n")]
    [DataRow($"{Object}a}}\n---\n{Mark}---\n{Object}b}}\n")]
    public void FilesThatWereJoined_KeepTheirByteOrderMarks(string text) =>
        Assert.AreSequenceEqual(new[] { "a", "b" }, [.. Read(text).Select(document => document.Name)]);

    // Without a separator, the second file would continue the first one's document. kubectl refuses it, too.
    [TestMethod]
    public void AMarkWithinADocument_IsNoBeginning()
    {
        Assert.ThrowsExactly<AirgapException>(() => Read($"{Object}a}}\n{Mark}---\n{Object}b}}\n"));

        ManifestDocument kept = Read($"{Object}a}}\ndata: {{x: '{Mark}---'}}\n").Single();
        Assert.AreEqual(Mark + "---", kept.Object.Text("data", "x"));
    }

    private static IReadOnlyList<ManifestDocument> Read(string text) => ManifestDocument.Read("a.yml", Encoding.UTF8.GetBytes(text));
}
