using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

/// <summary>A verification requests each content once, concurrently and within limits, and reports in a fixed order.</summary>
[TestClass]
public sealed class VerificationPlanTests : RelocatorTestBase
{
    private const string Place = "mirror.local/apps/it";

    private FakeRepository There => Registry.Get(Place);

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    public async Task EachManifestAndEachBlobIsReadOnce(string bundle)
    {
        await CopyToRepositoryAsync(BundleSource(bundle), Place);
        Registry.Calls.Clear();
        VerificationResult result = await VerifyAsync(Copied);
        Assert.IsEmpty(result.Problems, string.Join('\n', result.Problems));
        foreach (IGrouping<string, string> call in Registry.Calls.Where(call => call.StartsWith("get-", StringComparison.Ordinal))
            .GroupBy(call => call))
            Assert.AreEqual(1, call.Count(), call.Key);
        Assert.AreEqual(Registry.Calls.Count(call => call.StartsWith("get-blob", StringComparison.Ordinal)), result.Blobs);
        Assert.AreEqual(Registry.Calls.Count(call => call.StartsWith("get-manifest", StringComparison.Ordinal)), result.Manifests);
    }

    [TestMethod]
    public async Task Problems_AreReportedInOneOrder_RegardlessOfTiming()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Place);
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("nested-bundle"), new PlanOptions(), Token);
        HashSet<Digest> bundleParts =
            [.. plan.Items.Where(item => item.IsBundle).SelectMany(item => item.Content.Blobs).Select(blob => blob.Digest)];
        foreach (Digest layer in plan.Blobs.Select(blob => blob.Descriptor.Digest).Where(digest => !bundleParts.Contains(digest)))
            There.Corrupt(layer);
        int seed = 0;
        Registry.Hook = async (_, _, _) =>
        {
            int turns = new Random(Interlocked.Increment(ref seed)).Next(40);
            for (int i = 0; i < turns; i++)
                await Task.Yield();
        };
        string first = string.Join('\n', (await VerifyAsync(Copied)).Problems);
        Assert.IsGreaterThan(3, first.Split('\n').Length);
        for (int i = 0; i < 20; i++)
        {
            seed = i * 1000;
            Assert.AreEqual(first, string.Join('\n', (await VerifyAsync(Copied)).Problems));
        }
    }

    [TestMethod]
    public async Task BlobsAreHashedSideBySideAndNoMoreThanAllowed()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Place);
        int now = 0;
        int most = 0;
        Registry.Hook = async (_, _, _) =>
        {
            int open = Interlocked.Increment(ref now);
            InterlockedMax(ref most, open);
            for (int i = 0; i < 200; i++)
                await Task.Yield();
            Interlocked.Decrement(ref now);
        };
        VerificationResult result = await new Verifier(Registry) { Concurrency = 3 }.VerifyAsync(Copied, Token);
        Assert.IsTrue(result.IsRight);
        Assert.AreEqual(3, most);
    }

    [TestMethod]
    public async Task ARegistryThatDoesNotAnswerIsAskedOnceAndToldOnce()
    {
        RelocationSource bundle = await PushAsync(
            [.. Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "dead" : "live")}.local/app/image{i}@sha256:{i:x64}")]);
        Registry.Calls.Clear();
        Registry.Hook = async (_, repository, what) =>
        {
            await Task.Yield();
            if (repository.Registry == "dead.local")
                throw new AirgapException(
                    ErrorCode.RegistryUnreachable,
                    $"Cannot fetch {repository}@{what}: GET http://dead.local/v2/{what}: dead.local cannot be reached (connection refused).", "Start it.");
        };
        VerificationResult result = await VerifyAsync(bundle);
        Assert.HasCount(1, Registry.Calls.Where(call => call.Contains("dead.local", StringComparison.Ordinal)));
        Diagnostic[] dead = [.. result.Problems.Where(problem => problem.Code == ErrorCode.RegistryUnreachable)];
        Assert.HasCount(2, dead);
        Assert.AreEqual("dead.local cannot be reached (connection refused).", dead[0].Message, "whichever image was asked for first");
        Assert.StartsWith("dead.local/app/image0@", dead[0].Reference!);
        Assert.Contains("19 more", dead[1].Message);
        Assert.AreEqual(20, result.Problems.Count(problem => problem.Code == ErrorCode.ManifestUnknown));
    }

    [TestMethod]
    public async Task ABlobThatEndsTheConnectionIsABlobThatIsLost()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Place);
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("nested-bundle"), new PlanOptions(), Token);
        Digest[] lost = [.. plan.Blobs.Take(3).Select(blob => blob.Descriptor.Digest)];
        Registry.Hook = (operation, _, what) => operation == "get-blob" && lost.Any(digest => digest.ToString() == what)
            ? throw new AirgapException(
                ErrorCode.RegistryUnreachable, $"GET http://{Place}/{what}: the connection was closed", "Look at it.")
            : Task.CompletedTask;
        VerificationResult result = await VerifyAsync(Copied);
        Assert.AreSequenceEqual(
            lost.Order(), result.Problems.Where(problem => problem.Code == ErrorCode.RegistryUnreachable)
            .Select(problem => Digest.Parse(problem.Digest!)).Order());
        foreach (Diagnostic problem in result.Problems.Where(problem => problem.Code == ErrorCode.RegistryUnreachable))
            Assert.AreEqual(Findings.Advice, problem.Advice);
    }

    [TestMethod]
    public async Task ARegistryThatGoesWhileBlobsAreReadIsLeftAlone()
    {
        await CopyToRepositoryAsync(BundleSource("nested-bundle"), Place);
        bool isGone = false;
        int after = 0;
        Registry.Hook = (operation, _, what) =>
        {
            // The plan has read its manifests, configs and locks before the first plain layer is read.
            isGone |= operation == "get-blob" && after == 0
                && Registry.Calls.Count(call => call.StartsWith("get-blob", StringComparison.Ordinal)) > 8;
            return isGone && Interlocked.Increment(ref after) > 0
                ? throw new AirgapException(ErrorCode.RegistryUnreachable, $"GET http://{Place}: connection refused", "Start it.")
                : Task.CompletedTask;
        };
        VerificationResult result = await new Verifier(Registry) { Concurrency = 1 }.VerifyAsync(Copied, Token);
        Assert.AreEqual(2, after, "the blob, and a manifest that tells whether it is the blob or the registry");
        Assert.AreEqual(1, result.Problems.Count(
            problem => problem.Message.Contains("more manifests, tags or blobs", StringComparison.Ordinal)),
            string.Join('\n', result.Problems));
    }

    [TestMethod]
    public async Task IndexesAreFollowedSixteenLevelsDeep()
    {
        Manifest image = Manifest.Parse(There.AddManifest(Image(), null).Bytes);
        foreach (int levels in new[] { 16, 17 })
        {
            Manifest node = image;
            for (int i = 0; i < levels; i++)
                node = There.AddManifest(Index([node.Descriptor]), null);
            VerificationResult result = await VerifyAsync(new RelocationSource.Image(ImageReference.Parse($"{Place}@{node.Digest}")));
            if (levels == 16)
                Assert.IsEmpty(result.Problems, string.Join('\n', result.Problems));
            else
                Assert.AreEqual(ErrorCode.InvalidManifest, result.Problems.Single().Code);
        }
    }

    [TestMethod]
    public async Task AnIndexOfTooManyManifestsIsRefusedBeforeTheyAreAskedFor()
    {
        Manifest index = There.AddManifest(
            Index(Enumerable.Range(0, 10_000).Select(i => new Descriptor(MediaTypes.OciManifest, Digest.Parse($"sha256:{i:x64}"), 100))),
            null);
        Registry.Calls.Clear();
        VerificationResult result = await VerifyAsync(new RelocationSource.Image(ImageReference.Parse($"{Place}@{index.Digest}")));
        Assert.AreEqual(ErrorCode.InvalidManifest, result.Problems.Single().Code);
        Assert.HasCount(1, Registry.Calls);
    }

    private static RelocationSource Copied => new RelocationSource.Bundle(ImageReference.Parse($"{Place}:v1.0.0"));

    private Task<VerificationResult> VerifyAsync(RelocationSource source) => new Verifier(Registry).VerifyAsync(source, Token);

    private async Task<RelocationSource> PushAsync(string[] images)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["in/.imgpkg"]);
        File.WriteAllText(folder["in/.imgpkg/images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: " +
            $"ImagesLock\nimages:\n{string.Concat(images.Select(image => $"- image: {image}\n"))}");
        PushRequest request = new() { Inputs = [folder["in"]], Destination = ImageReference.Parse($"{Place}:own"), IsBundle = true };
        PushResult pushed = await new Pusher(Registry, null).PushAsync(request, Token);
        return new RelocationSource.Bundle(pushed.Reference);
    }

    private Manifest Image()
    {
        byte[] config = "{}"u8.ToArray();
        return Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{There.AddBlob(config)}}","size":{{config.Length}}},"layers":[]}"""));
    }

    private static Manifest Index(IEnumerable<Descriptor> children) => Manifest.Parse(Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', children.Select(child => $$"""{"mediaType":"{{child.MediaType}}","digest":"{{child.Digest}}","size":{{child.Size}}}"""))}}]}"""));

    private static void InterlockedMax(ref int most, int value)
    {
        int known;
        while ((known = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, known) != known)
        {
        }
    }
}
