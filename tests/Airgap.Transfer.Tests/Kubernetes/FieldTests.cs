using System.Text.RegularExpressions;
using Airgap.Transfer.Kubernetes;
using CsCheck;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Airgap.Transfer.Tests.Kubernetes;

[TestClass]
public sealed class FieldTests
{
    [TestMethod]
    [DataRow("0", 0d)]
    [DataRow("30s", 30e9)]
    [DataRow("1h30m", 5400e9)]
    [DataRow("1.5s", 1.5e9)]
    [DataRow(".5s", 0.5e9)]
    [DataRow("1.s", 1e9)]
    [DataRow("+1us1µs1ns", 2001d)]
    [DataRow("-2m", -120e9)]
    [DataRow("2562047h", 9223369200e9)]
    public void ADurationOfGo_HasGosNanoseconds(string text, double nanoseconds)
    {
        Assert.IsTrue(GoDuration.TryParse(text, out decimal actual));
        Assert.AreEqual((decimal)nanoseconds, actual);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("-")]
    [DataRow("1")]
    [DataRow("s")]
    [DataRow(".s")]
    [DataRow("1..5s")]
    [DataRow("1d")]
    [DataRow("1 s")]
    [DataRow("1S")]
    [DataRow("2562048h")]
    [DataRow("99999999999999999999h")]
    public void ADurationThatGoRefuses_IsRefused(string text) => Assert.IsFalse(GoDuration.TryParse(text, out _));

    [TestMethod]
    public void AnyTextIsADurationOrNot() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789.hmsunµ+-"], 0, 20]).Sample(text => { GoDuration.TryParse(text, out _); });

    [TestMethod]
    [DataRow("1.0.0")]
    [DataRow(">=1.0.0")]
    [DataRow(">= 1.0.0")]
    [DataRow(">1.0.0 <2.0.0 !1.5.0 || 3.0.0")]
    [DataRow("1.x || 1.2.x || 2.x.x")]
    [DataRow("==1.0.0-alpha.1+build.5")]
    [DataRow("!=1.0.0-rc-1")]
    [DataRow(">=1.0.0-fox")]
    [DataRow(">=1.30.x")]
    public void ConstraintsThatTheClusterReads(string text) => Assert.IsTrue(TagConstraints.IsValid(text));

    [TestMethod]
    [DataRow("")]
    [DataRow("||")]
    [DataRow("1.0.0 ||")]
    [DataRow(">=")]
    [DataRow("1.0.0 >=")]
    [DataRow("v1.0.0")]
    [DataRow("1.0")]
    [DataRow("1")]
    [DataRow("x")]
    [DataRow("*")]
    [DataRow("^1.0.0")]
    [DataRow("~1.0.0")]
    [DataRow(">=1.0.0,<2.0.0")]
    [DataRow("01.0.0")]
    [DataRow("1.0.0-")]
    [DataRow("1.0.0+")]
    [DataRow("1.x-rc")]
    [DataRow("1.x.0")]
    [DataRow("1.0.0.0")]
    [DataRow("1.0.0\n2.0.0")]
    [DataRow("1.0.0||2.0.0")]
    [DataRow("1.0.0 || || 2.0.0")]
    [DataRow(">=1.30")]
    [DataRow(">=1.18446744073709551616.0")]
    [DataRow("1.0.0-fox")]
    public void ConstraintsThatItDoesNot(string text) => Assert.IsFalse(TagConstraints.IsValid(text));

    [TestMethod]
    public void AnyTextIsAConstraintOrNot() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["01x.-+<>=!| "], 0, 20]).Sample(text => { TagConstraints.IsValid(text); });

    [TestMethod]
    public void ScalarsReadBackAndPlainOnesAreTextsInYaml11Too() =>
        Gen.OneOf(Gen.String[Gen.Char["0123456789abefxotyn.:-_+/@[]<>'!| TZ"], 1, 12], Gen.String[Gen.Char["0123456789.:eE-+_"], 1, 8])
            .Sample(text =>
        {
            string yaml = ManifestYaml.Scalar(text);
            Scalar scalar = ReadValue($"key: {yaml}\n");
            Assert.AreEqual(text, scalar.Value);
            if (scalar.Style == ScalarStyle.Plain)
                Assert.DoesNotMatchRegex(NoText(), text);
        });

    // The types page of YAML 1.1: bool, int, float, timestamp, null, merge and value, slightly widened.
    private static Regex NoText() => new(
        """
        ^(?i:y|yes|n|no|true|false|on|off|null|~|<<|=
        |[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9][0-9_]*|[-+]?0x[0-9a-f_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
        |[-+]?([0-9][0-9_]*)?\.[0-9._]*(e[-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(\.[0-9_]*)?e[-+]?[0-9]+|[-+]?\.inf|\.nan
        |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}((t|[\x20\t]+).*)?)$
        """,
        RegexOptions.IgnorePatternWhitespace);

    private static Scalar ReadValue(string yaml)
    {
        Parser parser = new(new StringReader(yaml));
        parser.Consume<StreamStart>();
        parser.Consume<DocumentStart>();
        parser.Consume<MappingStart>();
        parser.Consume<Scalar>();
        Scalar value = parser.Consume<Scalar>();
        parser.Consume<MappingEnd>();
        return value;
    }
}
