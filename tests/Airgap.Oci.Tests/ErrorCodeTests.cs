using System.Text.RegularExpressions;
using Airgap.TestKit;

namespace Airgap.Oci.Tests;

/// <summary>Help links point to the page of codes, so every code has an anchor there.</summary>
[TestClass]
public sealed partial class ErrorCodeTests
{
    [TestMethod]
    public void EveryCode_HasItsAnchorOnThePage_AndNoOtherHas()
    {
        string page = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", "CODES.md"));
        string[] anchors = [.. Anchor().Matches(page).Select(match => match.Groups[1].Value)];
        Assert.AreSequenceEqual(
            Enum.GetValues<ErrorCode>().Select(code => Diagnostic.FormatId(code).ToLowerInvariant()).ToArray(), anchors);
    }

    [TestMethod]
    public void EveryCode_HasACauseAndACureOnThePage()
    {
        string page = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", "CODES.md"));
        string[] rows = [.. page.Split('\n').Where(line => line.StartsWith("| <a id=", StringComparison.Ordinal))];
        Assert.HasCount(Enum.GetValues<ErrorCode>().Length, rows);
        string[] incomplete = [.. rows.Where(row => !SecondSentence().IsMatch(row))];
        Assert.IsEmpty(incomplete, string.Join('\n', incomplete));
    }

    [GeneratedRegex("[.)] [A-Z`]")]
    private static partial Regex SecondSentence();

    [GeneratedRegex("<a id=\"(airgap[0-9]{4})\"></a>")]
    private static partial Regex Anchor();
}
