using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.TestKit;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>The page without a browser: it loads nothing, is complete, and treats no name as markup.</summary>
[TestClass]
public sealed partial class HtmlReportTests : RelocatorTestBase
{
    private const string Hostile = "</script><img src=x onerror=alert(1)>\u2028`|\u202e'\"&{{data}}";

    [TestMethod]
    public async Task ThePageIsWholeAndItsPolicyMatchesWhatItHolds()
    {
        string page = await PageAsync("nested-bundle");

        string policy = Policy().Match(page).Groups[1].Value;
        Assert.StartsWith("default-src 'none'; ", policy);
        Assert.Contains($"style-src '{HashOf(Between(page, "<style>", "</style>"))}'", policy);
        Assert.Contains($"script-src '{HashOf(Between(page, "<script>", "</script>"))}'", policy);
        Assert.DoesNotContain("style=", page);
        foreach (string address in new[] { "http://", "https://" })
            Assert.IsEmpty(page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Split(address)[1..], address);
    }

    [TestMethod]
    public async Task EveryImageStandsInThePageWithoutAScript()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("nested-bundle"), "mirror.local/apps/nested");
        ReportModel model = ModelOf(result);
        string table = Between(HtmlReport.Write(model), "<table id=\"tree\"", "</table>");

        foreach (RelocatedItem item in result.Items)
            Assert.Contains(item.Item.Digest.ToString()[..19], table);
        Assert.AreEqual(ReportNodeKind.Bundle, model.Roots.Single().Kind);
        Assert.IsTrue(model.Roots[0].Children.Any(child => child.Kind == ReportNodeKind.Bundle), "the nested bundle stands below its root");
        Assert.Contains("aria-level=\"3\"", table);
        Assert.Contains("mirror.local/apps/nested", table);
    }

    [TestMethod]
    public async Task TheSameRelocationGivesTheSamePage()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/simple");
        Assert.AreEqual(HtmlReport.Write(ModelOf(result)), HtmlReport.Write(ModelOf(result)));
    }

    [TestMethod]
    public async Task NumbersAreThoseOfTheBlobs()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/simple");
        ReportNumbers numbers = ReportNumbers.Of(ModelOf(result));

        Assert.AreEqual(result.Plan.TotalBytes, numbers.DistinctBytes);
        long separate = result.Plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).DistinctBy(node => node.Manifest.Digest)
            .Sum(node => node.Blobs.Sum(blob => blob.Size));
        Assert.AreEqual(separate - result.Plan.TotalBytes, numbers.SavedBytes);
        Assert.IsGreaterThan(0, numbers.SavedBytes);
    }

    [TestMethod]
    public async Task HostileNamesStayText()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/simple");
        ReportModel model = ModelOf(result);
        ReportNode root = model.Roots[0];
        model = model with
        {
            Title = Hostile,
            Warnings = [new Diagnostic(ErrorCode.LayersSkipped, Hostile, Hostile)],
            Roots = [root with { Name = Hostile + "\ud800", Tags = [Hostile], Annotations = root.Annotations.Add(Hostile, Hostile),
                Failure = Hostile }],
        };
        string page = HtmlReport.Write(model);

        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("\u2028", page);
        Assert.DoesNotContain("\u202e", page);
        Assert.HasCount(3, page.Split("</script>"), "the data's and the script's ends, and no other");
        using JsonDocument data = JsonDocument.Parse(Between(page, "<script id=\"data\" type=\"application/json\">", "</script>"));
        Assert.AreEqual(Hostile, data.RootElement.GetProperty("nodes")[0].GetProperty("tags")[0].GetString());

        string markdown = MarkdownSummary.Write(model);
        Assert.DoesNotContain("<img", markdown);
        Assert.DoesNotContain("`", markdown);
        foreach (string row in markdown.Split('\n')
            .Where(line => line.StartsWith('|') && line.Contains("apps/simple", StringComparison.Ordinal)))
            Assert.HasCount(7, row.Split('|'), row);
    }

    [TestMethod]
    public async Task TheMirrorOfEachImageIsNamed()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/x");
        result = result with
        {
            Items = [.. result.Items.Select(item => item with { Mirrors = [RepositoryName.Parse("cache.local/b")] })]
        };
        string page = HtmlReport.Write(ModelOf(result));
        Assert.Contains("<span class=\"way\">read at</span> <bdi class=\"ref\" title=\"cache.local/b\">cache.local/b</bdi>", page);
    }

    private async Task<string> PageAsync(string bundle) =>
        HtmlReport.Write(ModelOf(await CopyToRepositoryAsync(BundleSource(bundle), "mirror.local/apps/x")));

    private static ReportModel ModelOf(TransferResult result)
    {
        ReportBuilder builder = new();
        builder.Add(result);
        builder.AddWarnings(result.Warnings);
        return builder.Build(retries: 2);
    }

    private static string Between(string text, string start, string end)
    {
        int from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("Content-Security-Policy\" content=\"([^\"]*)\"")]
    private static partial Regex Policy();
}
