using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

/// <summary>One archive for the items of a project, and of other projects.</summary>
[TestClass]
public sealed class OneArchiveTests : IDisposable
{
    private const string Host = "registry.local:5055";
    private const string MultiTag = "apps/multi:1.0.0";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();
    private readonly Observer _observer = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task AllItemsShareOneFileAndAreImportedOutOfIt()
    {
        PublishItem[] items = [Bundle("user1/simple-app-bundle"), Bundle("user1/nested-bundle"), Multi()];
        PublishResult written = await RunAsync(To("a"), items);
        Assert.HasCount(3, written.Items);
        Assert.HasCount(1, written.Files.Where(file => file.Kind == PublishedFileKind.Archive));
        long apart = 0;
        foreach (PublishItem item in items)
        {
            await RunAsync(To("a") with { Archive = "../one.tar" }, item);
            apart += new FileInfo(_folder["one.tar"]).Length;
        }

        Assert.IsLessThan(apart, new FileInfo(Archive).Length);
        DateTime before = File.GetLastWriteTimeUtc(Archive);
        _registry.Calls.Clear();
        Assert.AreEqual("2 bundles, 1 image: 3 up to date", (await RunAsync(To("a"), items)).Summary);
        Assert.IsEmpty(_registry.Calls, "digests tell that nothing is new");
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(Archive));

        _registry.Hook = (operation, repository, _) => repository.Registry == Host
            ? throw new InvalidOperationException($"{operation} {repository}") : Task.CompletedTask;
        PublishResult imported = await RunAsync(From("a"), items);
        Assert.AreSequenceEqual(
            ["simple-app-bundle", "nested-bundle", "multi"],
            imported.Items.Select(item => item.Result.Root!.Destination!.Repository.LastSegment));
        Assert.AreSequenceEqual(
            written.Items.Select(item => item.Result.Root!.Item.Digest), imported.Items.Select(item => item.Result.Root!.Item.Digest));
        foreach (PublishItem item in items)
            await RunAsync(From("b") with { Registry = "other.local/apps" }, item);
        Assert.IsEmpty(_registry.Get("other.local/apps/multi").Tags.Keys.Where(tag => tag == "v1.0.0"), "each has its own alone");
        AirgapException wrong = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(From("a"), PublishItems.Bundle($"{Host}/user1/other:v1.0.0")));
        Assert.AreEqual(ErrorCode.ArchiveItemUnknown, wrong.Code);
        Assert.Contains("nested-bundle@sha256:", wrong.Advice);
    }

    [TestMethod]
    public async Task ProjectsShareAFileAndEachRenewsItsOwn()
    {
        PublishItem[] a = [Bundle("user1/simple-app-bundle"), Multi()];
        PublishItem[] b = [Bundle("user1/nested-bundle"), Multi()];
        await RunAsync(To("a"), a);
        Assert.IsEmpty(_observer.Notices);
        await RunAsync(To("b"), b);
        Assert.Contains("keeps the content of other projects: a", Assert.ContainsSingle(_observer.Notices));
        byte[] both = File.ReadAllBytes(Archive);

        _registry.Calls.Clear();
        DateTime before = File.GetLastWriteTimeUtc(Archive);
        Assert.AreEqual("1 bundle, 1 image: 2 up to date", (await RunAsync(To("a"), a)).Summary);
        Assert.AreEqual("1 bundle, 1 image: 2 up to date", (await RunAsync(To("b"), b)).Summary);
        Assert.IsEmpty(_registry.Calls);
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(Archive));

        // The other order gives the same file.
        File.Delete(Archive);
        await RunAsync(To("b"), b);
        await RunAsync(To("a"), a);
        Assert.AreSequenceEqual(both, File.ReadAllBytes(Archive));

        // Content that a project no longer declares is removed, unless another project declares it.
        await RunAsync(To("a"), Bundle("user1/index-bundle"));
        foreach (string there in (string[])["nested-bundle", "index-bundle", "multi"])
            Assert.IsNotEmpty((await RunAsync(From("c"), there == "multi" ? Multi() : Bundle($"user1/{there}"))).Items);
        AirgapException gone = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(From("c"), Bundle("user1/simple-app-bundle")));
        Assert.AreEqual(ErrorCode.ArchiveItemUnknown, gone.Code);
    }

    [TestMethod]
    public async Task AListOfImagesReplacesNoArchiveOfOthers()
    {
        await RunAsync(To("a"), Multi());
        byte[] before = File.ReadAllBytes(Archive);
        Directory.CreateDirectory(_folder["b"]);
        File.WriteAllText(
            _folder["b/images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: " +
            $"{Host}/user1/plain@{_registry.Get($"{Host}/user1/plain").Tags["1"]}\n");

        AirgapException refused =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(To("b"), PublishItems.Lock("images.yml")));

        Assert.AreEqual(ErrorCode.LockSharesNoArchive, refused.Code);
        Assert.AreSequenceEqual(before, File.ReadAllBytes(Archive));
    }

    [TestMethod]
    public async Task ALayerOfAnotherProjectIsCopiedAndADamagedOneIsNeverPassedOn()
    {
        await RunAsync(To("a"), Multi());
        byte[] good = File.ReadAllBytes(Archive);
        byte[] bad = [.. good];
        bad[good.Length - 4096] ^= 1;
        File.WriteAllBytes(Archive, bad);
        AirgapException damaged =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(To("b"), Bundle("user1/simple-app-bundle")));
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, damaged.Code);
        Assert.AreSequenceEqual(bad, File.ReadAllBytes(Archive), "nothing is replaced");

        // Its own project adds it again.
        await RunAsync(To("a"), Multi());
        Assert.AreSequenceEqual(good, File.ReadAllBytes(Archive));

        File.WriteAllBytes(Archive, good[..2048]);
        await RunAsync(To("b"), Bundle("user1/simple-app-bundle"));
        Assert.AreEqual(ErrorCode.SharedArchiveRenewed,
            Assert.ContainsSingle(_observer.Warnings.Where(warning => warning.Code != ErrorCode.ArtifactsLeftBehind)).Code);
    }

    [TestMethod]
    public async Task OneNameHasOneContent()
    {
        string place = $"{Host}/mirror/simple-app-bundle";
        Digest[] images = [.. _registry.Get(place).Tags.Where(tag => tag.Key.EndsWith(".imgpkg", StringComparison.Ordinal))
            .Select(tag => tag.Value).Distinct().Take(2)];
        await MoveTagAsync(images[0]);
        await RunAsync(To("a"), PublishItems.Image($"{place}:same"));
        byte[] before = File.ReadAllBytes(Archive);
        await MoveTagAsync(images[1]);
        AirgapException conflict =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(To("b"), PublishItems.Image($"{place}:same")));
        Assert.AreEqual(ErrorCode.SharedNameConflict, conflict.Code);
        Assert.AreSequenceEqual(before, File.ReadAllBytes(Archive));
        await RunAsync(To("a"), PublishItems.Image($"{place}:same"));
        await RunAsync(To("b"), PublishItems.Image($"{place}:same"));

        async Task MoveTagAsync(Digest digest) =>
            _registry.Get(place).AddManifest((await _registry.Get(place).FindManifestAsync(digest.ToString(), default))!, "same");
    }

    [TestMethod]
    public async Task ADeltaOfOneFileAndTheChainThatItMakes()
    {
        await RunAsync(To("a"), Multi(), Bundle("user1/simple-app-bundle"));
        PublishItem[] items = [Multi(), Bundle("user1/simple-app-bundle"), Bundle("user1/nested-bundle")];
        await RunAsync(To("a") with { Archive = "../delta.tar", ArchiveBase = ["../all.tar"] }, items);
        await RunAsync(To("a") with { Archive = "../full.tar" }, items);
        Assert.IsLessThan(new FileInfo(_folder["full.tar"]).Length, new FileInfo(_folder["delta.tar"]).Length);

        AirgapException alone = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(From("a") with { SourceArchive = "../delta.tar" }, items));
        Assert.AreEqual(ErrorCode.DeltaLayersMissing, alone.Code);
        PublishResult result = await RunAsync(
            From("a") with { SourceArchive = "../delta.tar; ../all.tar", Receipt = "../receipt.json" }, items);
        Assert.HasCount(3, result.Items);
        Assert.IsTrue(File.Exists(_folder["receipt.json"]));
    }

    [TestMethod]
    [DataRow("airgap/relocation.json", "relocation")]
    [DataRow("airgap.lock.json", "lock")]
    [DataRow("airgap/simple-app-bundle.bundle-lock.yml", "lock")]
    [DataRow("../receipt.json", "receipt")]
    [DataRow("final.local/apps/simple-app-bundle", "repository")]
    [DataRow("../one.tar", "archive")]
    [DataRow("../parts.tar", "archive")]
    [DataRow("../parts.tar.parts.json", "archive")]
    public async Task EachThingThatAPublishLeavesIsABase(string known, string kind)
    {
        PublishItem item = PublishItems.Bundle($"{Host}/mirror/simple-app-bundle:v1.0.0");
        PublishSettings whole = To("a") with { ArchiveFormat = ArchiveFormat.Imgpkg, UseLockFile = true };
        await RunAsync(whole with { Archive = "../one.tar" }, item);
        await RunAsync(whole with { Archive = "../parts.tar", ArchiveVolumeSize = 20_000 }, item);
        await RunAsync(From("a") with { SourceArchive = "../one.tar", Receipt = "../receipt.json" }, item);
        _registry.Calls.Clear();
        await RunAsync(whole with { Archive = "../delta.tar", ArchiveBase = [known] }, item);
        ArchiveNotes notes = (await (await AnyArchive.OpenAsync(_folder["delta.tar"], default)).ReadNotesAsync(default))!;
        Assert.AreEqual(kind, notes.Delta!.Bases.Single().Kind);
        Assert.IsNotEmpty(notes.Delta.Required);
        Assert.IsLessThan(new FileInfo(_folder["one.tar"]).Length, new FileInfo(_folder["delta.tar"]).Length);
        Assert.IsEmpty(notes.Delta.Required.Where(
            layer => _registry.Calls.Any(
                call => call.StartsWith("get-blob", StringComparison.Ordinal)
                && call.EndsWith(layer.Digest.ToString(), StringComparison.Ordinal))), "what is left out is not fetched");
    }

    [TestMethod]
    public async Task AnArchiveWithAMissingPart_IsNotReplaced()
    {
        PublishSettings parts = To("a") with { ArchiveVolumeSize = 20_000 };
        await RunAsync(parts, Bundle("user1/simple-app-bundle"), Multi());
        File.Move(_folder["all.tar.001"], _folder["elsewhere"]);

        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(To("b") with { ArchiveVolumeSize = 20_000 }, Bundle("user1/nested-bundle")));

        Assert.AreEqual(ErrorCode.PartMissing, missing.Code);
        Assert.IsFalse(File.Exists(_folder["all.tar.001"]), "nothing is replaced");
        Assert.IsTrue(File.Exists(_folder["all.tar.002"]));
    }

    [TestMethod]
    public async Task SeveralItems_ShareTheParts_OfOneFile()
    {
        PublishSettings parts = To("a") with { ArchiveVolumeSize = 20_000 };
        PublishItem[] items = [Bundle("user1/simple-app-bundle"), Multi()];
        await RunAsync(parts, items);
        Assert.IsFalse(File.Exists(Archive));
        string[] files = Directory.GetFiles(_folder.Path, "all.tar.*");
        Assert.IsGreaterThan(3, files.Length);
        _registry.Calls.Clear();
        await RunAsync(parts, items);
        Assert.IsEmpty(_registry.Calls);
        await RunAsync(To("b") with { ArchiveVolumeSize = 20_000 }, Bundle("user1/nested-bundle"));
        Directory.CreateDirectory(_folder["disc"]);
        File.Move(_folder["all.tar.002"], _folder["disc/all.tar.002"]);
        Assert.HasCount(2, (await RunAsync(From("a") with { PartsIn = [_folder["disc"]] }, items)).Items);
    }

    [TestMethod]
    public void ItemsThatCannotShare_AreReported_BeforeAnyRequest()
    {
        Diagnostic imgpkg = Assert.ContainsSingle(
            Validate(To("a") with { ArchiveFormat = ArchiveFormat.Imgpkg }, Bundle("user1/simple-app-bundle"), Multi()));
        Assert.AreEqual(ErrorCode.IncompatibleOptions, imgpkg.Code);
        Assert.Contains("AirgapArchiveFormat=oci", imgpkg.Advice);
        Directory.CreateDirectory(_folder["a"]);
        File.WriteAllText(_folder["a/images.yml"],
            $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {Host}/a@sha256:{new string('1', 64)}\n");
        Assert.AreEqual(ErrorCode.LockSharesNoArchive,
            Assert.ContainsSingle(Validate(To("a"), Multi(), PublishItems.Lock("images.yml"))).Code);
        Assert.IsEmpty(Validate(To("a"), PublishItems.Lock("images.yml")));
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), _folder["golden.tar"]);
        Diagnostic one = Assert.ContainsSingle(
            Validate(From("a") with { SourceArchive = "../golden.tar" }, Bundle("user1/simple-app-bundle"), Multi()));
        Assert.Contains("golden.tar", one.Message);
    }

    private string Archive => _folder["all.tar"];

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task TheArchiveIsWhatWasWritten_EvenIfTheFarRegistryIsKnown(bool isShared)
    {
        ArchiveFormat format = isShared ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg;
        PublishSettings settings =
            To("a") with { Registry = "final.local/apps", ArchiveFormat = format, AuditLog = "../audit.jsonl", SigningKey = "../key.pem" };
        using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            File.WriteAllText(_folder["key.pem"], key.ExportPkcs8PrivateKeyPem());

        PublishResult result = await RunAsync(settings, Bundle("user1/simple-app-bundle"));

        string lockFile = File.ReadAllText(_folder["a/airgap/simple-app-bundle.bundle-lock.yml"]);
        Assert.Contains("image: final.local/apps/simple-app-bundle@sha256:", lockFile);
        Assert.StartsWith("final.local/apps/simple-app-bundle@", result.Items[0].Result.Root!.Destination!.ToString());
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(_folder["a/airgap/relocation.json"]));
        Assert.AreEqual("""["all.tar"]""", report.RootElement.GetProperty("to").GetRawText().ReplaceLineEndings("").Replace(" ", ""));
        using JsonDocument line = JsonDocument.Parse(File.ReadAllLines(_folder["audit.jsonl"])[0]);
        Assert.AreEqual(Archive, line.RootElement.GetProperty("to").EnumerateArray().Single().GetString());
        Assert.AreEqual("all.tar", result.Model!.Places!.To.Single());
        string statement = Encoding.UTF8.GetString(Convert.FromBase64String(JsonDocument.Parse(File.ReadAllText(
            result.Files.Single(file => file.Kind == PublishedFileKind.ReportSignature).Path)).RootElement.GetProperty("dsseEnvelope")
            .GetProperty("payload").GetString()!));
        Assert.AreEqual(Archive, JsonDocument.Parse(statement).RootElement.GetProperty("predicate").GetProperty("to")[0].GetString());
    }

    [TestMethod]
    public async Task APageOfASharedArchive_SaysWhatIsLeftOut()
    {
        PublishItem item = PublishItems.Bundle($"{Host}/mirror/index-bundle:v1.0.0", ("Platforms", "linux/amd64"));
        PublishResult result = await RunAsync(To("a"), item);
        Assert.IsNotNull(result.Items[0].Derived);
        Assert.HasCount(1, result.Model!.Derived);
    }

    private PublishSettings To(string project) => PublishItems.To("", _folder[project]) with
    {
        Archive = "../all.tar",
        ArchiveFormat = ArchiveFormat.LayoutTar,
        Artifacts = ArtifactChoice.None
    };

    private PublishSettings From(string project) => PublishItems.To("final.local/apps", _folder[project]) with
    {
        SourceArchive = "../all.tar"
    };

    private PublishItem Bundle(string repository) =>
        PublishItems.Bundle($"{Host}/{repository}:v1.0.0@{_registry.Get($"{Host}/{repository}").Tags["v1.0.0"]}");

    private PublishItem Multi() => PublishItems.Image($"{Host}/{MultiTag}@{_registry.Get($"{Host}/apps/multi").Tags["1.0.0"]}");

    private IReadOnlyList<Diagnostic> Validate(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(_registry).Validate(items, settings);

    private Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items)
    {
        Directory.CreateDirectory(settings.ProjectDirectory);
        return new Publisher(_registry, _observer).RunAsync(items, settings, CancellationToken.None);
    }

    private sealed class Observer : ITransferObserver
    {
        public List<string> Notices { get; } = [];

        public List<Diagnostic> Warnings { get; } = [];

        public void Notice(string message) => Notices.Add(message);

        public void Warning(Diagnostic warning) => Warnings.Add(warning);
    }
}
