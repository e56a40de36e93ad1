using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Forecasts;
using Airgap.TestKit;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Forecasts;

/// <summary>A forecast matches the later relocation, and writes nothing.</summary>
[TestClass]
public sealed class ForecastTests
{
    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();

    [TestMethod]
    [DataRow("user1/simple-app-bundle:v1.0.0", "final.local/apps/x", false)]
    [DataRow("user1/nested-bundle:v1.0.0", "final.local/apps/x", false)]
    [DataRow("user1/index-bundle:v1.0.0", "registry.local:5055/apps/x", false)]
    [DataRow("user1/simple-app-bundle:v1.0.0", "final.local/apps/x", true)]
    [DataRow("user1/index-bundle:v1.0.0", "registry.local:5055/apps/x", true)]
    public async Task AForecast_MatchesTheRun(string bundle, string repository, bool partly)
    {
        RelocationDestination destination = new RelocationDestination.Repository(RepositoryName.Parse(repository));
        if (partly)
        {
            // All blobs and the manifest of one image exist, as after an interrupted run.
            TransferPlan earlier = await PlanAsync(bundle, destination);
            foreach (PlannedBlob blob in earlier.Blobs)
                await _registry.Get(repository).PushBlobAsync(blob.Content, null, null, CancellationToken.None);
            PlannedItem image = earlier.Items.First(item => !item.IsBundle && item.Content.Children.IsEmpty);
            _registry.Get(repository).AddManifest(image.Content.Manifest, $"sha256-{image.Digest.Hex}.imgpkg");
        }

        TransferPlan plan = await PlanAsync(bundle, destination);
        _registry.Calls.Clear();
        TransferForecast forecast =
            await new Relocator(_registry).ForecastAsync(plan, destination, new TransferOptions(), CancellationToken.None);

        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
        TransferResult result = await new Relocator(_registry).RunAsync(plan, destination, new TransferOptions(), CancellationToken.None);
        Assert.AreSequenceEqual(result.Items.Select(Shown), forecast.Items.Select(Shown));
        Assert.AreSequenceEqual(result.Blobs, forecast.Blobs);
        Assert.IsTrue(forecast.MovesTag);

        TransferForecast again = await new Relocator(_registry).ForecastAsync(
            await PlanAsync(bundle, destination), destination, new TransferOptions(), CancellationToken.None);
        Assert.IsTrue(again.Items.All(item => item.Outcome == BlobOutcome.Present));
        Assert.IsFalse(again.MovesTag);
    }

    [TestMethod]
    public async Task AnArchiveIsForecastWithoutAFile()
    {
        using TempFolder folder = new();
        RelocationDestination destination = new RelocationDestination.Archive(folder["a.tar"]);
        TransferOptions options = new() { Resume = true };
        TransferPlan plan = await PlanAsync("user1/simple-app-bundle:v1.0.0", destination);
        TransferForecast forecast = await new Relocator(_registry).ForecastAsync(plan, destination, options, CancellationToken.None);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));

        TransferResult result = await new Relocator(_registry).RunAsync(plan, destination, options, CancellationToken.None);
        Assert.AreSequenceEqual(result.Blobs, forecast.Blobs);
        Assert.AreSequenceEqual(result.Items.Select(Shown), forecast.Items.Select(Shown));

        TransferForecast again = await new Relocator(_registry).ForecastAsync(plan, destination, options, CancellationToken.None);
        Assert.AreEqual("1 bundle: 1 up to date", Document(again).Summary);
    }

    [TestMethod]
    public async Task APlanIsWhatItsSchemaSaysAndReadable()
    {
        RelocationDestination destination = new RelocationDestination.Repository(RepositoryName.Parse("final.local/apps/x"));
        TransferPlan plan = await PlanAsync("user1/simple-app-bundle:v1.0.0", destination);
        PlanDocument document = Document(
            await new Relocator(_registry).ForecastAsync(plan, destination, new TransferOptions(), CancellationToken.None));

        Schemas.AssertValid("plan", PlanWriter.ToJson(document));
        Assert.StartsWith("1 bundle: 1 to copy (", document.Summary);
        string[] lines = [.. PlanWriter.Lines(document)];
        Assert.HasCount(5, lines);
        Assert.StartsWith("registry.local:5055/user1/simple-app-bundle:v1.0.0 -> final.local/apps/x@sha256:", lines[0]);
        Assert.EndsWith(", tag v1.0.0", lines[0]);
        Assert.StartsWith("  copy    ", lines[1]);
        Assert.Contains(" blobs to copy (", lines[4]);
    }

    [TestMethod]
    public async Task TheResultLineHasTheTotals_AndCountsWhatIsDeclared()
    {
        RelocationDestination one = new RelocationDestination.Repository(RepositoryName.Parse("final.local/apps/one"));
        RelocationDestination two = new RelocationDestination.Repository(RepositoryName.Parse("final.local/apps/two"));
        TransferForecast ForecastOf(TransferPlan plan, RelocationDestination place) =>
            new Relocator(_registry).ForecastAsync(plan, place, new TransferOptions(), CancellationToken.None).GetAwaiter().GetResult();
        TransferPlan plan = await PlanAsync("user1/simple-app-bundle:v1.0.0", one);

        PlanDocument same = PlanWriter.Create(
            [new ForecastItem("bundle", "x", ForecastOf(plan, one)), new ForecastItem("bundle", "y", ForecastOf(plan, one))], []);
        Assert.AreEqual($"2 bundles: 2 to copy ({ByteSize.Format(same.Totals.Copy.Bytes)})", same.Summary);
        Assert.AreEqual(plan.TotalBytes, same.Totals.Copy.Bytes);

        PlanDocument apart = PlanWriter.Create(
            [new ForecastItem("bundle", "x", ForecastOf(plan, one)), new ForecastItem("bundle", "x", ForecastOf(plan, two))], []);
        Assert.AreEqual($"1 bundle to 2 destinations: 2 to copy ({ByteSize.Format(apart.Totals.Copy.Bytes)})", apart.Summary);
    }

    private static PlanDocument Document(TransferForecast forecast) => PlanWriter.Create([new ForecastItem("bundle", "x", forecast)], []);

    private static string Shown(RelocatedItem item) =>
        $"{item.Item.Source} {item.Destination} {item.Outcome} {string.Join(' ', item.Tags)}";

    private Task<TransferPlan> PlanAsync(string bundle, RelocationDestination destination) => new Relocator(_registry).PlanAsync(
        new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{bundle}")),
        new PlanOptions
        {
            Destination = (destination as RelocationDestination.Repository)?.Name,
            EmbedConfigs = destination is RelocationDestination.Archive
        },
        CancellationToken.None);
}
