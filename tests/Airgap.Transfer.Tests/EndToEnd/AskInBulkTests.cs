using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A registry is checked for many manifests and blobs at once, by manifests that it must refuse.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AskInBulkTests : WireTestBase
{
    private const int Images = 30;
    private const string Place = "apps/there";

    private static readonly RelocationSource s_bundle =
        new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{ManyImages.Bundle}"));

    [TestMethod]
    public async Task PresentContent_IsFoundWithFewRequests_AndNothingIsStored()
    {
        await using Places places = await Places.StartAsync(this);
        string[] before = places.Files();
        TransferResult again = await places.AgainAsync();
        Assert.IsTrue(again.IsUpToDate);
        Assert.HasCount(4, places.Destination.Of(RequestKind.ManifestPut), "one with nothing else and one with all, of both kinds");
        Assert.HasCount(0, places.Destination.Of(RequestKind.BlobHead));
        Assert.IsLessThanOrEqualTo(11, places.Destination.Requests.Count, string.Join('\n', places.Destination.Requests));
        Assert.IsLessThanOrEqualTo(6, places.Source.Requests.Count, string.Join('\n', places.Source.Requests));
        Assert.AreSequenceEqual(before, places.Files());
    }

    [TestMethod]
    [DataRow("manifest")]
    [DataRow("tag")]
    [DataRow("tag moved, manifest gone")]
    [DataRow("layer")]
    [DataRow("config")]
    public async Task LostContent_IsSentAgain(string what)
    {
        await using Places places = await Places.StartAsync(this);
        PlannedItem image = places.First.Items.First(item => !item.Item.IsBundle).Item;
        string tag = $"sha256-{image.Digest.Hex}.imgpkg";
        using (RegistryWriter writer = new(places.Destination.Address))
        {
            if (what.StartsWith("tag moved", StringComparison.Ordinal))
                await writer.PushImageAsync(Place, tag, "another"u8.ToArray());
        }

        using (HttpClient client = new() { BaseAddress = places.Destination.Address })
        {
            if (what.Contains("manifest", StringComparison.Ordinal))
                (await client.DeleteAsync($"v2/{Place}/manifests/{image.Digest}")).EnsureSuccessStatusCode();
            if (what == "tag")
                (await client.DeleteAsync($"v2/{Place}/manifests/{tag}")).EnsureSuccessStatusCode();
        }

        if (what is "layer" or "config")
        {
            Descriptor blob = what == "layer" ? image.Content.Manifest.Layers[0] : image.Content.Manifest.Config!;
            Directory.Delete(Path.Combine(
                places.Destination.Folder, "docker/registry/v2/repositories", Place, "_layers/sha256", blob.Digest.Hex), recursive: true);
        }

        TransferResult again = await places.AgainAsync();
        Assert.HasCount(1, again.Items.Where(item => item.Outcome != BlobOutcome.Present), what);
        using RegistryContent content = RegistryContent.At(places.Destination.Host);
        await content.AssertCompleteAsync(Place, image.Digest.ToString());
        Assert.IsTrue((await places.AgainAsync()).IsUpToDate);
    }

    // Then each is checked separately.
    [TestMethod]
    [DataRow("stores it")]
    [DataRow("names the first")]
    [DataRow("names none")]
    [DataRow("says something else, too")]
    [DataRow("forbids")]
    [DataRow("fails")]
    [DataRow("breaks off")]
    public async Task ARegistryThatDoesNotNameAllIsAskedForEach(string does)
    {
        await using Places places = await Places.StartAsync(this);
        places.Destination.OnRequest = (request, _) => request.Kind != RequestKind.ManifestPut ? null : does switch
        {
            "stores it" => Fault.Status(201),
            "names the first" => Refusal(Unknown(1)),
            "names none" => Refusal("""{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}"""),
            "says something else, too" => Refusal($$"""{{Unknown(1)}},{{Unknown(2)}},{"code":"MANIFEST_INVALID"}"""),
            "forbids" => Fault.Status(403),
            "fails" => Fault.Status(503),
            _ => Fault.Drop(),
        };
        TransferResult again = await places.AgainAsync();
        Assert.IsTrue(again.IsUpToDate);
        Assert.HasCount(2, places.Destination.Of(RequestKind.ManifestPut), "the first question of both kinds");
        Assert.HasCount(again.Blobs.Length + 2, places.Destination.Of(RequestKind.BlobHead));
        Assert.HasCount(does == "stores it" ? 2 : 0, places.Destination.Requests.Where(request => request.Method == "DELETE"));

        Fault Refusal(string errors) => Fault.Status(400, $$"""{"errors":[{{errors}}]}""");

        string Unknown(int n) => $$"""{"code":"MANIFEST_BLOB_UNKNOWN","detail":"{{Nowhere(n)}}"}""";
    }

    [TestMethod]
    public async Task AForecastSendsNoneOfThem()
    {
        await using Places places = await Places.StartAsync(this);
        Relocator relocator = new(places.Client);
        TransferPlan plan = await relocator.PlanAsync(s_bundle, new PlanOptions(), Token);
        await relocator.ForecastAsync(plan, Repository(places.Destination.Host, Place), new TransferOptions { AsksInBulk = true }, Token);
        Assert.IsTrue(places.Destination.Requests.All(request => request.Method is "GET" or "HEAD"));
    }

    [TestMethod]
    public async Task DockerRegistryNamesAll()
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync(logsRequests: true);
        await using Places places = await Places.StartAsync(this, docker.Host);
        await docker.TakeRequestsAsync();
        Assert.IsTrue((await places.AgainAsync()).IsUpToDate);
        IReadOnlyList<string> requests = await docker.TakeRequestsAsync();
        Assert.HasCount(4, requests.Where(request => request.StartsWith("PUT", StringComparison.Ordinal)));
        Assert.IsLessThanOrEqualTo(11, requests.Count, string.Join('\n', requests));
        Descriptor layer = places.First.Items.First(item => !item.Item.IsBundle).Item.Content.Manifest.Layers[0];
        File.Delete(docker.FileOf(layer.Digest.ToString()));
        TransferResult again = await places.AgainAsync();
        Assert.AreEqual(1, again.Total(BlobOutcome.Copied).Count);
        Assert.IsTrue(File.Exists(docker.FileOf(layer.Digest.ToString())));
    }

    private static Oci.Digest Nowhere(int n) =>
        Oci.Digest.Compute(Encoding.UTF8.GetBytes($"airgap asks for content that nobody has: {n}\n"));

    private sealed class Places : IAsyncDisposable
    {
        private readonly AskInBulkTests _test;

        private Places(AskInBulkTests test, RegistryFixture source, RegistryFixture destination, string? host)
        {
            (_test, Source, Destination, Host) = (test, source, destination, host ?? destination.Host);
            Client = Client(source);
        }

        public RegistryFixture Source { get; }

        public RegistryFixture Destination { get; }

        public RegistryClient Client { get; }

        public TransferResult First { get; private set; } = null!;

        private string Host { get; }

        public static async Task<Places> StartAsync(AskInBulkTests test, string? host = null)
        {
            Places places = new(test, await RegistryFixture.StartEmptyAsync(), await RegistryFixture.StartEmptyAsync(), host);
            await ManyImages.WriteAsync(places.Source.Address, Fixtures.Registry, Images);
            places.First = await test.CopyAsync(places.Client, s_bundle, Repository(places.Host, Place));
            places.Source.Clear();
            places.Destination.Clear();
            return places;
        }

        public async Task<TransferResult> AgainAsync()
        {
            using RegistryClient fresh = Client(Source);
            return await _test.CopyAsync(
                fresh, s_bundle, Repository(Host, Place), new PlanOptions { EarlierPlans = [First.Plan] },
                new TransferOptions { AsksInBulk = true });
        }

        public string[] Files() => [.. Directory.GetFiles(Destination.Folder, "*", SearchOption.AllDirectories).Order()];

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Source.DisposeAsync();
            await Destination.DisposeAsync();
        }
    }
}
