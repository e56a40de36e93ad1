using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Tests.Pushing;

[TestClass]
public sealed class PusherTests
{
    private const string Repository = "registry.local:5055/lines/p";

    public TestContext TestContext { get; set; } = null!;

    private FakeRegistry Registry { get; } = new();

    private FakeRepository Destination => Registry.Get(Repository);

    [TestMethod]
    [GoldenBundles(Inner = true)]
    public async Task AFolderGetsTheDigestAndTagsThatImgpkgGivesIt(string bundle)
    {
        PushResult result = await PushAsync(Bundle($"{Repository}:v1.0.0", Fixtures.Input(bundle)));

        CollectionAssert.Contains(
            File.ReadAllLines(Fixtures.Golden("references.txt")), $"registry.local:5055/user1/{bundle}@{result.Reference.Digest}");
        Assert.AreEqual($"{Repository}@{result.Manifest.Digest}", result.Reference.ToString());
        Dictionary<string, Digest> expected = new()
        {
            ["v1.0.0"] = result.Manifest.Digest,
            [$"sha256-{result.Manifest.Digest.Hex}.imgpkg"] = result.Manifest.Digest
        };
        CollectionAssert.AreEquivalent(expected, Destination.Tags.ToDictionary());
        CollectionAssert.AreEquivalent(
            new[] { result.Manifest.Layers[0].Digest, result.Manifest.Config!.Digest }, Destination.Blobs.ToArray());
    }

    [TestMethod]
    public async Task AnImageGetsImgpkgsManifestAndConfig()
    {
        PushResult result = await PushAsync(new PushRequest
        {
            Inputs = [Path.Combine(Fixtures.Input("simple-app-bundle"), "config"), Fixtures.Input("cosign.pub")],
            Destination = ImageReference.Parse("registry.local:5055/user1/plain:1"),
            Labels = ImmutableDictionary<string, string>.Empty.Add("team", "fixtures"),
        });

        Assert.AreEqual(File.ReadAllText(Fixtures.Golden("push-image.manifest.json")), Encoding.UTF8.GetString(result.Manifest.Bytes.Span));
        StringAssert.Contains(File.ReadAllText(Fixtures.Golden("push-image.tty.txt")), $"Pushed '{result.Reference}'");
        Assert.IsNull(result.Lock);
        Assert.AreEqual(2, result.Files);
    }

    [TestMethod]
    public async Task TheFilesAreToldInTheOrderThatImgpkgPrints()
    {
        Recorder recorder = new();
        PushResult result = await PushAsync(Bundle($"{Repository}:1", Fixtures.Input("simple-app-bundle")), recorder);

        string[] golden = File.ReadAllLines(Fixtures.Golden("lines/push.txt"));
        Assert.AreSequenceEqual(golden[1..^3], recorder.Lines);
        Assert.AreEqual(golden[^3], $"Pushed '{result.Reference}'");
        Assert.AreEqual(result.Blobs.Sum(blob => blob.Descriptor.Size), recorder.Announced);
        Assert.AreEqual(recorder.Announced, recorder.Sent);
    }

    [TestMethod]
    public async Task TheUsersTagComesAfterTheBlobsAndBeforeImgpkgsOwn()
    {
        PushResult result = await PushAsync(Bundle(Repository, Fixtures.Input("mid-bundle")));

        string[] calls = [.. Registry.Calls];
        Assert.IsTrue(calls[..2].All(call => call.StartsWith("push-blob ", StringComparison.Ordinal)), string.Join('\n', calls));
        Assert.AreSequenceEqual(
            (string[])[$"push-manifest {Repository} latest", $"push-manifest {Repository} sha256-{result.Manifest.Digest.Hex}.imgpkg"],
            calls[2..]);
    }

    [TestMethod]
    public async Task ASecondPushSendsNothing()
    {
        await PushAsync(Bundle($"{Repository}:1", Fixtures.Input("mid-bundle")));
        PushResult again = await PushAsync(Bundle($"{Repository}:2", Fixtures.Input("mid-bundle")));

        Assert.IsTrue(again.Blobs.All(blob => blob.Outcome == BlobOutcome.Present));
        Assert.AreEqual(3, Destination.Tags.Count);
    }

    [TestMethod]
    public async Task TheLockNamesDigestAndTag()
    {
        PushResult result = await PushAsync(
            Bundle("registry.local:5055/mirror/simple-app-bundle:v1.0.0", Fixtures.Input("simple-app-bundle")));
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden("simple-app-bundle.bundle-lock.yml")), result.Lock!.ToYaml());
    }

    [TestMethod]
    public async Task ALargeLayerWaitsInAFileThatIsGoneAfterwards()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["in"]);
        byte[] noise = new byte[6 * 1024 * 1024];
        new Random(7).NextBytes(noise);
        await File.WriteAllBytesAsync(folder["in/noise"], noise, TestContext.CancellationToken);
        string[] before = Waiting();

        PushResult result = await PushAsync(new PushRequest { Inputs = [folder["in"]], Destination = ImageReference.Parse(Repository) });

        Assert.IsGreaterThan(6 * 1024 * 1024, result.Manifest.Layers[0].Size);
        Assert.IsTrue(Destination.Blobs.Contains(result.Manifest.Layers[0].Digest));
        Assert.AreEqual(0, Waiting().Except(before).Count());

        static string[] Waiting() => Directory.GetFiles(Path.GetTempPath(), "airgap-push-*");
    }

    [TestMethod]
    public async Task ARefusedBlob_PreventsTheTag()
    {
        Registry.Hook = (operation, _, _) => operation == "push-blob"
            ? throw new AirgapException(ErrorCode.Forbidden, "No.", "")
            : Task.CompletedTask;
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => PushAsync(Bundle(Repository, Fixtures.Input("mid-bundle"))));
        Assert.AreEqual(ErrorCode.Forbidden, e.Code);
        Assert.AreEqual(0, Destination.Tags.Count);
    }

    private static PushRequest Bundle(string destination, params string[] inputs) =>
        new() { Inputs = [.. inputs], Destination = ImageReference.Parse(destination), IsBundle = true };

    private Task<PushResult> PushAsync(PushRequest request, IPushObserver? observer = null) =>
        new Pusher(Registry, observer).PushAsync(request, TestContext.CancellationToken);

    private sealed class Recorder : IPushObserver
    {
        private long _sent;

        public List<string> Lines { get; } = [];

        public long Announced { get; private set; }

        public long Sent => _sent;

        public void Packing(LayerEntry entry) => Lines.Add($"{(entry.IsFolder ? "dir" : "file")}: {entry.Path}");

        public void Sending(int blobs, long bytes) => Announced = bytes;

        public void BlobProgress(Descriptor blob, long bytes) => Interlocked.Add(ref _sent, bytes);
    }
}
