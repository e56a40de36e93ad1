using System.Text.RegularExpressions;
using Airgap.Oci.Credentials.Variables;
using CsCheck;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class GlobTests
{
    [TestMethod]
    [DataRow("registry", "registry", true)]
    [DataRow("registry", "Registry", true)]
    [DataRow("REG*", "registry", true)]
    [DataRow("*", "", true)]
    [DataRow("", "", true)]
    [DataRow("", "a", false)]
    [DataRow("*-prod", "eu-prod", true)]
    [DataRow("*-prod", "eu-prod2", false)]
    [DataRow("a*b*c", "a-b-b-c", true)]
    [DataRow("a*b*c", "a-c-b", false)]
    [DataRow("reg?", "reg1", true)]
    [DataRow("reg?", "reg", false)]
    [DataRow("reg[0-9a]", "reg5", true)]
    [DataRow("reg[0-9a]", "regA", true)]
    [DataRow("reg[0-9]", "regx", false)]
    [DataRow("reg[^0-9]", "regx", true)]
    [DataRow("reg[^0-9]", "reg5", false)]
    [DataRow("[a-]", "-", true)]
    public void APattern_MatchesWithinALabel(string pattern, string text, bool expected) =>
        Assert.AreEqual(expected, Glob.IsMatch(pattern, text));

    [TestMethod]
    [DataRow("a[b", false)]
    [DataRow("a[]", false)]
    [DataRow("a[^]", false)]
    [DataRow("a[b][c", false)]
    [DataRow("a[b][c]", true)]
    public void AClassMustBeClosed(string pattern, bool expected) => Assert.AreEqual(expected, Glob.IsValid(pattern));

    [TestMethod]
    public void AgreesWithTheSameRegularExpression() =>
        Gen.Select(Gen.String[Gen.Char["ab*?-"], 0, 8], Gen.String[Gen.Char["ab-"], 0, 8]).Sample((pattern, text) =>
        {
            string regex = "^" + Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", ".") + "$";
            Assert.AreEqual(Regex.IsMatch(text, regex), Glob.IsMatch(pattern, text), $"{pattern} {text}");
        });

    [TestMethod]
    public void AnyPatternAndTextHaveAnAnswer() =>
        Gen.Select(Gen.String, Gen.String).Sample((pattern, text) =>
        {
            Glob.IsValid(pattern);
            Glob.IsMatch(pattern, text);
        });

    [TestMethod]
    public void ManyStarsTakeNoTime() =>
        Assert.IsFalse(Glob.IsMatch(string.Concat(Enumerable.Repeat("a*", 1000)) + "b", new string('a', 20000)));
}
