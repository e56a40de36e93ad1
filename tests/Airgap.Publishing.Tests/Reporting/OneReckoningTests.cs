using System.Globalization;
using System.Text.RegularExpressions;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.TestKit;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>The numbers of a run agree in all outputs, and add up.</summary>
[TestClass]
public sealed partial class OneReckoningTests : RelocatorTestBase
{
    private const int Count = 20;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TwentyItemsInTwentyRepositoriesAddUp(bool sameRepository)
    {
        List<TransferResult> results = [];
        for (int i = 0; i < Count; i++)
            results.Add(await CopyToRepositoryAsync(
                BundleSource("nested-bundle"), sameRepository ? "mirror.local/apps/one" : $"mirror.local/apps/it{i}"));
        long each = results[0].Plan.TotalBytes;
        int places = sameRepository ? 1 : Count;
        ReportBuilder builder = new();
        foreach (TransferResult result in results)
            builder.Add(result);
        ReportModel model = builder.Build("twenty");
        ReportNumbers numbers = ReportNumbers.Of(model);
        WorkTotals totals = WorkTotals.Of(results);

        // Mounts within the registry need an existing source there: everything is copied.
        Assert.AreEqual(places * each, totals.Copied.Bytes);
        Assert.AreEqual(0, totals.Present.Bytes, "what the first item sent, the others found");
        Assert.AreEqual(totals.Copied, model.Work.Copied);
        Assert.AreEqual(totals.Mounted, model.Work.Mounted);
        Assert.AreEqual(totals.Present, model.Work.Present);
        Assert.AreEqual(each, numbers.DistinctBytes);
        Assert.AreEqual(numbers.PlacedBytes, totals.Copied.Bytes + totals.Mounted.Bytes + totals.Present.Bytes);
        Assert.AreEqual(numbers.SeparateBytes, numbers.PlacedBytes + numbers.SavedBytes);
        Assert.AreEqual(numbers.SavedBytes, model.Blobs.Sum(blob => blob.SavedBytes));
        Assert.AreEqual(0, numbers.MissingBytes(model.Work));

        // The page shows each of them, once in the figures and once in the legend.
        string page = HtmlReport.Write(model);
        string sent = ByteSizeOf(totals.Copied.Bytes);
        Assert.Contains(
            "<dt>Sent</dt><dd><span " +
            $"class=\"value\">{sent}</span><span class=\"note\">{totals.Copied.Count.ToString("N0", CultureInfo.InvariantCulture)} blobs " +
            "copied</span>", page);
        Assert.Contains($"copied <b>{sent}</b>", page);
        Assert.Contains($"saved by sharing <b>{ByteSizeOf(numbers.SavedBytes)}</b>", page);
        Assert.Contains($"<dt>Saved by sharing</dt><dd><span class=\"value\">{ByteSizeOf(numbers.SavedBytes)}</span>", page);
        Assert.Contains($"| {sent} |", MarkdownSummary.Write(model));
    }

    [TestMethod]
    public async Task ARunThatMovedNothing_HasNoChart()
    {
        await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/it");
        TransferResult second = await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/it");
        ReportBuilder builder = new();
        builder.Add(second);
        string page = HtmlReport.Write(builder.Build());
        Assert.DoesNotContain("Where the bytes went", page);
        Assert.Contains("Layers that images share", page);
    }

    [TestMethod]
    public async Task SharedLayersAreNamedByImageAndPlatform()
    {
        ReportBuilder builder = new();
        builder.Add(await CopyToRepositoryAsync(BundleSource("index-bundle"), "mirror.local/apps/it"));
        ReportModel model = builder.Build();
        string[] names = [.. ReportNumbers.Of(model).Contents.Select(node => node.Name)];
        Assert.IsTrue(names.Any(name => Platform().IsMatch(name)), string.Join(", ", names));
        Assert.IsFalse(names.Any(name => name.StartsWith("linux/", StringComparison.Ordinal)), string.Join(", ", names));
    }

    [TestMethod]
    public async Task APageSaysWhenByWhatAndBetweenWhichRegistries()
    {
        ReportBuilder builder = new();
        builder.Add(await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/a"));
        builder.Add(await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/b"));
        ReportModel model = builder.Build("two");
        Assert.AreSequenceEqual<string>([Fixtures.Registry], model.Places!.From);
        Assert.AreSequenceEqual<string>(["mirror.local"], model.Places.To);
        string page = HtmlReport.Write(model);
        Assert.Contains($"Written by Airgap.Build {model.Places.Version} about a relocation that ended {model.Places.EndedText}", page);
        Assert.Contains($"<dt>To</dt><dd class=\"ref\"><bdi>mirror.local</bdi>", page);
    }

    private static string ByteSizeOf(long bytes) => Airgap.Transfer.Files.ByteSize.Format(bytes);

    [GeneratedRegex(@"^\S+ linux/\w+")]
    private static partial Regex Platform();
}
