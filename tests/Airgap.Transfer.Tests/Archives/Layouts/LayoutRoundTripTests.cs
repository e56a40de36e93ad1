using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>An OCI layout keeps everything that imgpkg's archive contains, with the same digests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LayoutRoundTripTests : LayoutTestBase
{
    [TestMethod]
    [DataRow("simple-app-bundle", true)]
    [DataRow("nested-bundle", true)]
    [DataRow("nested-bundle", false)]
    [DataRow("index-bundle", true)]
    [DataRow("index-bundle", false)]
    [DataRow("foreign-bundle", true)]
    [DataRow("signed-bundle", false)]
    [DataRow("signed-bundle", true)]
    public async Task FromARegistryOverALayoutItIsWhatImgpkgMakes(string bundle, bool isTar)
    {
        using TempFolder folder = new();
        PlanOptions options = new() { CosignSignatures = bundle == "signed-bundle" };
        await ToLayoutAsync(BundleSource(bundle), folder["a"], isTar, plan: options);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(folder["a"]), Token);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        Assert.IsGreaterThan(0, verdict.Manifests);

        TransferResult result = await CopyToRepositoryAsync(At(folder["a"]), "dest.example/apps/it");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.mirror-tags.txt"), Token), TagLines("dest.example/apps/it"));
        Assert.IsTrue(result.Root!.Item.IsRootBundle);
    }

    [TestMethod]
    [DataRow("nested-bundle", true)]
    [DataRow("index-bundle", false)]
    [DataRow("signed-bundle", true)]
    [DataRow("images-lock", true)]
    [DataRow("images-lock", false)]
    [DataRow("multi-image", true)]
    public async Task ConvertedThereAndBackAnArchiveIsTheSameToTheByte(string archive, bool isTar)
    {
        using TempFolder folder = new();
        await ToLayoutAsync(GoldenTar(archive), folder["a"], isTar);
        await CopyToArchiveAsync(At(folder["a"]), folder["b.tar"]);
        await Fixtures.AssertGoldenAsync($"{archive}.tar", folder["b.tar"]);
    }

    [TestMethod]
    public async Task TheSameInputGivesTheSameBytesWhateverTheSource()
    {
        using TempFolder folder = new();
        await ToLayoutAsync(BundleSource("index-bundle"), folder["a.tar"], isTar: true);
        await ToLayoutAsync(GoldenTar("index-bundle"), folder["b.tar"], isTar: true);
        await ToLayoutAsync(At(folder["a.tar"]), folder["c"], isTar: false);
        await ToLayoutAsync(At(folder["c"]), folder["d.tar"], isTar: true, new TransferOptions { Concurrency = 1 });
        byte[] bytes = await File.ReadAllBytesAsync(folder["a.tar"], Token);
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(folder["b.tar"], Token));
        Assert.AreSequenceEqual(bytes, await File.ReadAllBytesAsync(folder["d.tar"], Token));
    }

    [TestMethod]
    public async Task EveryContentIsPackedOnceUnderItsDigest()
    {
        using TempFolder folder = new();
        TransferResult result = await ToLayoutAsync(BundleSource("nested-bundle"), folder["a.tar"], isTar: true);
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(folder["a.tar"]);
        string[] names = [.. TarIndex.Read(file).Select(entry => entry.Name)];
        string[] expected =
        [
            "oci-layout", "index.json",
            .. LayoutArchive.ManifestsOf(result.Plan).Select(node => LayoutNames.NameOf(node.Manifest.Digest)),
            .. result.Plan.Blobs.Select(blob => LayoutNames.NameOf(blob.Descriptor.Digest)),
        ];
        Assert.AreSequenceEqual(expected, names);
        Assert.HasCount(names.Length, names.Distinct().ToArray());
    }

    [TestMethod]
    public async Task NamesAreThoseThatSkopeoAndContainerdChooseBy()
    {
        using TempFolder folder = new();
        TransferResult result = await ToLayoutAsync(BundleSource("simple-app-bundle"), folder["a"], isTar: false);
        using JsonDocument index = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["a/index.json"], Token));
        JsonElement root = index.RootElement.GetProperty("manifests")[0];
        Assert.AreEqual(result.Root!.Item.Digest.ToString(), root.GetProperty("digest").GetString());
        Assert.AreEqual("v1.0.0", root.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString());
        Assert.AreEqual($"{Fixtures.Registry}/user1/simple-app-bundle:v1.0.0",
            root.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString());
        Assert.AreEqual("""{"imageLayoutVersion":"1.0.0"}""", await File.ReadAllTextAsync(folder["a/oci-layout"], Token));
        Assert.IsFalse(Directory.Exists(folder["a/.airgap-partial"]));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task TheAnnotationsOfALockArriveOverALayout(bool isTar)
    {
        using TempFolder folder = new();
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("simple-app-bundle"), new PlanOptions(), Token);
        string text = $"""
            ---
            apiVersion: imgpkg.carvel.dev/v1alpha1
            images:
            - annotations:
                kbld.carvel.dev/id: app
              image: {plan.Items.First(item => !item.IsBundle).Source}
            kind: ImagesLock

            """;
        await File.WriteAllTextAsync(folder["images.yml"], text, Token);
        string direct = LockOutput.Create(await CopyToRepositoryAsync(new RelocationSource.Lock(folder["images.yml"]), "dest.example/a"));
        await ToLayoutAsync(new RelocationSource.Lock(folder["images.yml"]), folder["a"], isTar);
        Assert.AreEqual(direct, LockOutput.Create(await CopyToRepositoryAsync(At(folder["a"]), "dest.example/a")));
        Assert.Contains("kbld.carvel.dev/id: app", direct);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ALayoutIsDescribedAndPulledAsTheArchiveIs(bool isTar)
    {
        using TempFolder folder = new();
        await ToLayoutAsync(GoldenTar("nested-bundle"), folder["a"], isTar);
        BundleDescription expected =
            await Describer.DescribeArchiveAsync(new(Fixtures.Golden("nested-bundle.tar")), new DescribeOptions(), Token);
        BundleDescription actual = await Describer.DescribeArchiveAsync(new(folder["a"]), new DescribeOptions(), Token);
        Assert.AreEqual(DescriptionYaml.Write(expected), DescriptionYaml.Write(actual));
        PullResult pulled = await new Puller(Registry).PullAsync(
            new PullRequest { Source = At(folder["a"]), Output = folder["out"], StateFolder = folder["state"] }, Token);
        Assert.IsGreaterThan(0, pulled.Files);
        Assert.IsTrue(File.Exists(folder["out/.imgpkg/images.yml"]));
    }

    [TestMethod]
    public async Task ATarThatIsWholeIsLeftAloneAndOneThatIsCutGoesOn()
    {
        using TempFolder folder = new();
        string path = folder["a.tar"];
        await ToLayoutAsync(BundleSource("nested-bundle"), path, isTar: true);
        byte[] whole = await File.ReadAllBytesAsync(path, Token);
        TransferResult again = await ToLayoutAsync(BundleSource("nested-bundle"), path, isTar: true, new TransferOptions { Resume = true });
        Assert.IsTrue(again.Items.All(item => item.Outcome == BlobOutcome.Present));

        // As after a killed run: everything but the last blobs.
        byte[] partial = [.. whole];
        partial.AsSpan(whole.Length * 3 / 4).Clear();
        await File.WriteAllBytesAsync(path + ".partial", partial, Token);
        File.Delete(path);
        TransferResult resumed =
            await ToLayoutAsync(BundleSource("nested-bundle"), path, isTar: true, new TransferOptions { Resume = true });
        Assert.AreSequenceEqual(whole, await File.ReadAllBytesAsync(path, Token));
        Assert.IsTrue(resumed.Blobs.Any(blob => blob.Outcome == BlobOutcome.Present) || resumed.Blobs.Length < 3);
        Assert.IsFalse(File.Exists(path + ".partial"));
    }

    [TestMethod]
    public async Task ImgpkgsArchiveUnderTheNameGivesItsLayers()
    {
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("nested-bundle.tar"), folder["a.tar"]);
        TransferResult result = await ToLayoutAsync(
            BundleSource("nested-bundle"), folder["a.tar"], isTar: true, new TransferOptions { Resume = true });
        Assert.IsTrue(result.Blobs.Any(blob => blob.Outcome == BlobOutcome.Present));
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(At(folder["a.tar"]), Token)).IsRight);
    }

    [TestMethod]
    public async Task AFolderTakesASecondBundleAndKeepsTheFirst()
    {
        using TempFolder folder = new();
        await ToLayoutAsync(BundleSource("simple-app-bundle"), folder["a"], isTar: false);
        TransferResult second = await ToLayoutAsync(BundleSource("nested-bundle"), folder["a"], isTar: false);
        Assert.IsTrue(second.Blobs.Any(blob => blob.Outcome == BlobOutcome.Copied));
        byte[] index = await File.ReadAllBytesAsync(folder["a/index.json"], Token);
        TransferResult again = await ToLayoutAsync(BundleSource("nested-bundle"), folder["a"], isTar: false);
        Assert.IsTrue(again.Blobs.All(blob => blob.Outcome == BlobOutcome.Present));
        Assert.HasCount(
            LayoutIndex.Parse(index, why => new AirgapException(ErrorCode.InvalidLayout, why, "")).Length,
            LayoutIndex.Parse(await File.ReadAllBytesAsync(folder["a/index.json"], Token),
                why => new AirgapException(ErrorCode.InvalidLayout, why, "")));

        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(At(folder["a"]), Token)).IsRight);
        TransferPlan plan = await new Relocator(Registry).PlanAsync(At(folder["a"]), new PlanOptions(), Token);
        Assert.HasCount(2, plan.Items.Where(item => item.Tag == "v1.0.0").ToArray());

        // One repository can have only one of the two.
        AirgapException refusal =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToRepositoryAsync(At(folder["a"]), "dest.example/both"));
        Assert.AreEqual(ErrorCode.LayoutTagConflict, refusal.Code);
        Assert.IsEmpty(Registry.Get("dest.example/both").Manifests);
    }

    [TestMethod]
    public async Task ASpoiledBlobOfAFolderIsFoundAndWrittenAgain()
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        string blob = Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256"))
            .OrderByDescending(file => new FileInfo(file).Length).First();
        byte[] right = await File.ReadAllBytesAsync(blob, Token);
        byte[] wrong = [.. right];
        wrong[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, wrong, Token);
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(layout), Token);
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, verdict.Problems.Single().Code);
        TransferResult again = await ToLayoutAsync(GoldenTar("nested-bundle"), layout, isTar: false);
        Assert.HasCount(1, again.Blobs.Where(each => each.Outcome == BlobOutcome.Copied).ToArray());
        Assert.AreSequenceEqual(right, await File.ReadAllBytesAsync(blob, Token));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AFailedRunLeavesNothingThatLooksFinished(bool isTar)
    {
        using TempFolder folder = new();
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("nested-bundle"), new PlanOptions(), Token);
        PlannedBlob layer = plan.Blobs.First(
            blob => blob.Origin is not null && MediaTypes.IsLayer(blob.Descriptor.MediaType) && blob.Content is not MemoryBlobContent);
        Registry.Get(layer.Origin!.ToString()).Corrupt(layer.Descriptor.Digest);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => ToLayoutAsync(BundleSource("nested-bundle"), folder["a"], isTar));
        Assert.IsFalse(File.Exists(isTar ? folder["a"] : folder["a/index.json"]));

        TransferResult rest = await ToLayoutAsync(
            BundleSource("nested-bundle"), folder["a"], isTar, new TransferOptions { KeepGoing = true });
        Assert.IsFalse(rest.IsComplete);
        Assert.IsFalse(File.Exists(isTar ? folder["a"] : folder["a/index.json"]));
        Assert.Contains(isTar ? "stays" : "does not list it", IncompleteRelocation.Describe(rest, null)[^1].Message);

        // The content that arrived is kept, and the rest is fetched when it is available.
        Registry.Get(layer.Origin.ToString()).Corrupt(layer.Descriptor.Digest);
        TransferResult whole = await ToLayoutAsync(
            BundleSource("nested-bundle"), folder["a"], isTar, new TransferOptions { Resume = true });
        Assert.IsTrue(whole.IsComplete);
        Assert.IsTrue(whole.Blobs.Any(blob => blob.Outcome == BlobOutcome.Present));
        Assert.IsTrue((await new Verifier(Registry).VerifyAsync(At(folder["a"]), Token)).IsRight);
    }
}
