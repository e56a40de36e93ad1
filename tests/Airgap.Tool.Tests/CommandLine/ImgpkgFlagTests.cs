using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>Flags are read as imgpkg reads them: its lists, its booleans, and the last on the line wins.</summary>
[TestClass]
public sealed class ImgpkgFlagTests
{
    [TestMethod]
    [DataRow("a,b", "a|b")]
    [DataRow("", "")]
    [DataRow("a,,b,", "a||b|")]
    [DataRow("\"a,b\"", "a,b")]
    [DataRow("\"a,b\",c", "a,b|c")]
    [DataRow("\"a \"\"b\"\"\",c", "a \"b\"|c")]
    [DataRow("a b, c", "a b| c")]
    public void AListIsReadAsGoReadsIt(string text, string parts)
    {
        Assert.IsTrue(CommaList.TryRead(text, out List<string> read, out string? problem), problem);
        Assert.AreEqual(parts, string.Join('|', read));
    }

    [TestMethod]
    [DataRow("a\"b")]
    [DataRow("\"a")]
    [DataRow("\"a\"b")]
    public void AQuoteInTheWrongPlaceIsRefused(string text) => Assert.IsFalse(CommaList.TryRead(text, out _, out _));

    [TestMethod]
    [DataRow("desc=hello, world", "desc=hello, world")]
    [DataRow("a=1,", "a=1,")]
    [DataRow("a=\"x\"", "a=\"x")]
    [DataRow("a=1,b=2", "a=1;b=2")]
    [DataRow("\"a=1,2\",b=3", "a=1,2;b=3")]
    [DataRow("a=b=c", "a=b=c")]
    [DataRow("a=", "a=")]
    public void ALabelKeepsItsComma_UnlessEachPartHasAnEqualsSign(string text, string labels)
    {
        ImmutableDictionary<string, string> read = LabelList.Read([text]);
        Assert.AreEqual(labels, string.Join(';', read.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [TestMethod]
    public void OfTwoLabelsWithOneKey_TheLastWins() => Assert.AreEqual("2", LabelList.Read(["a=1", "a=2"])["a"]);

    [TestMethod]
    [DataRow("", null)]
    [DataRow("--file-exclusion a,b", "a|b")]
    [DataRow("--file-exclusion a --file-exclusion=b", "a|b")]
    [DataRow("--file-exclusion a --file-exclude-defaults=false", "false")]
    [DataRow("--file-exclude-defaults=false --file-exclusion a", "a")]
    [DataRow("--file-exclusion a --file-exclude-defaults b --file-exclusion c", "b|c")]
    [DataRow("--file-exclusion \"x.txt\"", "x.txt")]
    [DataRow("--file-exclusion s/", "s/")]
    public void TwoFlagsWriteOneListOfExclusions(string line, string? expected)
    {
        Option<string[]> exclusions = Flag.List("--file-exclusion", "PATH", "");
        Option<string[]> defaults = Flag.List("--file-exclude-defaults", "PATH", "");
        ParseResult parsed = new Command("c") { exclusions, defaults }.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.AreEqual(expected, ExclusionList.Of(parsed, exclusions, defaults) is { } list ? string.Join('|', list) : null);
    }

    [TestMethod]
    [DataRow("--on=1", true)]
    [DataRow("--on=t", true)]
    [DataRow("--on=T", true)]
    [DataRow("--on=TRUE", true)]
    [DataRow("--on=0 ", false)]
    [DataRow("--on=f", false)]
    [DataRow("--on=F", false)]
    [DataRow("--on=False", false)]
    [DataRow("-o=f", false)]
    [DataRow("--on", true)]
    [DataRow("-o", true)]
    [DataRow("--on --on=0", false)]
    [DataRow("--on=0 -o", true)]
    [DataRow("--on=true --on=F --on=t", true)]
    [DataRow("sub --on=1", true)]
    [DataRow("sub --text --on=1 --on=0", false)]
    public void ASwitchTakesGosWords_AndTheLastWins(string line, bool expected)
    {
        Option<bool> on = Flag.Switch("--on", "", false, "-o");
        on.Recursive = true;
        Option<string?> text = Flag.Text("--text", "TEXT", "");
        RootCommand root = [on, new Command("sub") { text }];
        string[] words = SwitchValues.Normalize(root, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out string? problem);

        Assert.IsNull(problem);
        ParseResult parsed = root.Parse(words);
        Assert.AreEqual(expected, parsed.GetValue(on), string.Join(' ', words));
    }

    [TestMethod]
    public void ASwitchWithAnotherWordIsRefused()
    {
        RootCommand root = [Flag.Switch("--on", "")];
        SwitchValues.Normalize(root, ["--on=yes"], out string? problem);
        Assert.AreEqual("'yes' is not a value of --on: it takes true or false.", problem);
    }

    [TestMethod]
    public async Task AWordThatBeginsWithAnAtSignIsNoFileOfArguments()
    {
        TestKit.CliResult result = await InProcess.RunAsync("copy", "-b", "@no-such-file", "--to-tar", "x.tar");
        Assert.Contains("could not parse reference: @no-such-file", result.Error);
    }
}
