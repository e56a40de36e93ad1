using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Deriving;

/// <summary>A selection of a package repository arrives complete and with the same digest by every route.</summary>
[TestClass]
public sealed class DerivingTests
{
    private const int Packages = 6;
    private const int Versions = 4;

    private static readonly RepositoryName s_destination = RepositoryName.Parse("mirror.local/apps/repository");

    private readonly FakeRegistry _registry = new();

    public static IEnumerable<object?[]> Selections =>
    [
        ["p0.example.com", null],
        ["p0.example.com@>=1.1 <2; p3.internal.example.com@latest:2", null],
        ["*.internal.example.com@latest", "linux/amd64"],
        ["p*@1.0.0", "linux/arm64/v8; windows/amd64"],
        [null, "linux/arm/v7"],
        ["p2.example.com@=1.3.0-rc.1", null],
        ["p?.example.com@>=1.1.0 latest:1", "linux/amd64;linux/arm64;linux/arm;windows/amd64"],
    ];

    [TestMethod]
    [DynamicData(nameof(Selections))]
    public async Task ASelection_ArrivesAlone(string? packages, string? platforms)
    {
        GeneratedRepository generated = await GeneratedRepository.CreateAsync(_registry, Packages, Versions);
        BundleSelection selection = Selection(packages, platforms);
        TransferResult result = await CopyAsync(_registry, selection, s_destination);

        PlatformChoice[] wanted = [.. selection.Platforms];
        string[] taken = [.. GeneratedRepository.Platforms.Where(
            platform => wanted.Length == 0 || wanted.Any(choice => choice.Takes(platform)))];
        Digest[] expected = [.. generated.Expected((package, version) => Takes(packages, package, version), taken)];
        FakeRepository there = _registry.Get(s_destination);
        Digest[] known = [.. generated.Layers.Select(layer => layer.Layer)
            .Concat(generated.Unreferenced.Select(layer => layer.Layer)).Distinct()];
        CollectionAssert.AreEquivalent(expected, there.Blobs.Intersect(known).ToArray());
        Assert.AreEqual(result.Root!.Item.Digest, there.Tags["v1"]);

        // Omitted content was not requested.
        string[] asked = [.. _registry.Calls.Where(call => call.StartsWith("get-manifest source.local/vendor/", StringComparison.Ordinal))];
        foreach (int package in Enumerable.Range(0, Packages)
            .Where(p => Enumerable.Range(0, Versions).All(v => !Takes(packages, Name(p), Version(v)))))
            Assert.IsFalse(asked.Any(
                call => call.Contains($"/package{package} ", StringComparison.Ordinal)
                || call.Contains($"/app{package} ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task EveryRouteGivesTheSameDigest()
    {
        await GeneratedRepository.CreateAsync(_registry, Packages, Versions);
        BundleSelection selection = Selection("p1.internal.example.com@latest; p0.example.com", "linux/amd64");
        Digest direct = await DigestAsync(_registry, GeneratedRepository.Bundle, selection);

        // The same selection in another order.
        Assert.AreEqual(direct, await DigestAsync(
            _registry, GeneratedRepository.Bundle,
            Selection("p0.example.com; p1.internal.example.com@latest:1;p0.example.com", "linux/amd64")));

        // From a mirror of everything, and from an archive.
        Relocator relocator = new(_registry);
        RelocationSource source = new RelocationSource.Bundle(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"));
        await relocator.RunAsync(
            await relocator.PlanAsync(source, new PlanOptions(), default),
            new RelocationDestination.Repository(RepositoryName.Parse("mirror.local/whole")), new TransferOptions(), default);
        Assert.AreEqual(direct, await DigestAsync(_registry, "mirror.local/whole", selection));

        using TempFolder folder = new();
        await relocator.RunAsync(
            await relocator.PlanAsync(source, new PlanOptions { EmbedConfigs = true }, default),
            new RelocationDestination.Archive(folder["all.tar"]), new TransferOptions(), default);
        _registry.Calls.Clear();
        ArchiveRegistry archive = await ArchiveRegistry.OpenAsync(new RelocationSource.Archive(folder["all.tar"]), _registry, default);
        using Deriver deriver = new(archive, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(archive.Root, archive.Tag, default);
        Assert.AreEqual(direct, derivation.Digest);
        TransferPlan plan = await new Relocator(derivation.Over(archive))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), default);
        Assert.IsEmpty(_registry.Calls, "No registry is asked.");
        await relocator.RunAsync(plan, new RelocationDestination.Repository(s_destination), new TransferOptions(), default);
        Assert.AreEqual(direct, _registry.Get(s_destination).Tags["v1"]);

        // A derived bundle that is derived again with the same selection stays the same.
        Assert.AreEqual(direct, await DigestAsync(_registry, s_destination.ToString(), Selection(null, "linux/amd64")));
    }

    [TestMethod]
    public async Task TheDerivedBundleSaysWhereItComesFrom()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        TransferResult result = await CopyAsync(_registry, Selection("p0.example.com", "linux/amd64"), s_destination);
        PlannedItem root = result.Root!.Item;
        DerivedFrom from = DerivedFrom.Read(root.Content.Config!.Value)!;
        Assert.AreEqual(_registry.Get(GeneratedRepository.Bundle).Tags["v1"], from.From);
        Assert.AreEqual("packages p0.example.com | platforms linux/amd64", from.Selection);
        Assert.Contains("\"annotations\":{\"build.airgap.derived.from\":", Encoding.UTF8.GetString(root.Content.Manifest.Bytes.Span));
        ImmutableArray<BundleFile> files = await FilesAsync(root);
        Assert.StartsWith($"# Derived from {from.From} by Airgap.Build ", Text(files, BundleFile.MetadataPath));
        ImagesLock locked = ImagesLock.Read(Encoding.UTF8.GetBytes(Text(files, BundleFile.LockPath)), "lock");
        Assert.AreEqual("vendor.example.com/package0:1.0.0", locked.Images[0].Annotations["kbld.carvel.dev/id"]);
        Assert.IsTrue(locked.Images[0].Annotations.ContainsKey("kbld.carvel.dev/origins"));
        Assert.AreSequenceEqual(
            [".imgpkg/bundle.yml", ".imgpkg/images.yml", "packages/p0.example.com/package.yml"], files.Select(file => file.Path));
        Assert.DoesNotContain("rc.1", Text(files, "packages/p0.example.com/package.yml"));
        Assert.StartsWith("# p0.example.com\napiVersion", Text(files, "packages/p0.example.com/package.yml"));
    }

    [TestMethod]
    public async Task AnImageThatNothingNamesStaysUntilItIsDropped()
    {
        GeneratedRepository generated = await GeneratedRepository.CreateAsync(_registry, 2, 2);
        using Deriver deriver = new(_registry, Selection("p0.example.com", null), null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        Assert.Contains("vendor/unknown@", derivation.Unproven.Single().Image);
        Assert.AreEqual(ErrorCode.UnreferencedKept, derivation.Warnings.Single().Code);
        Assert.HasCount(3, derivation.LeftImages);
        Assert.HasCount(3, derivation.LeftPackages);

        await CopyAsync(_registry, Selection("p0.example.com", null) with { DropUnreferenced = true }, s_destination);
        Assert.IsEmpty(_registry.Get(s_destination).Blobs.Intersect(generated.Unreferenced.Select(layer => layer.Layer)));
    }

    [TestMethod]
    public async Task AMissingPlatformIsToldOrSkipped()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => DigestAsync(_registry, GeneratedRepository.Bundle, Selection("p0.example.com", "linux/amd64; linux/s390x")));
        Assert.AreEqual(ErrorCode.PlatformMissing, missing.Code);
        Assert.Contains("no linux/s390x: it has linux/amd64, linux/arm/v7, linux/arm64, windows/amd64", missing.Message);
        BundleSelection skips = Selection("p0.example.com", "linux/amd64; linux/s390x") with { SkipMissingPlatforms = true };
        Assert.AreNotEqual(_registry.Get(GeneratedRepository.Bundle).Tags["v1"],
            await DigestAsync(_registry, GeneratedRepository.Bundle, skips));

        using Deriver deriver = new(_registry, Selection(null, "linux/s390x") with { SkipMissingPlatforms = true }, null, 4);
        using Derivation whole = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        Assert.IsTrue(whole.IsUnchanged);
        Assert.AreEqual(ErrorCode.PlatformKept, whole.Warnings.Single().Code);
    }

    [TestMethod]
    public async Task AnIndexThatNamesNoPlatforms_IsCopiedWhole_AndTold()
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository images = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        Manifest named = images.Manifests.Select(digest => Manifest.Parse(images.BytesOf(digest))).First(manifest => manifest.IsIndex);
        string list = string.Join(',', named.Manifests.Where((_, i) => i % 2 == 0).Select(
            child => $$"""{"mediaType":"{{child.MediaType}}","digest":"{{child.Digest}}","size":{{child.Size}}}"""));
        Manifest index = images.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{list}}]}""")), null);
        Manifest outer = images.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{index.MediaType}}","digest":"{{index.Digest}}","size":{{index.Bytes.Length}}}]}""")), null);
        await PushAsync(_registry.Get(GeneratedRepository.Bundle), "v1", [
            (BundleFile.LockPath, new ImagesLock([
                new LockedImage(ImageReference.ByDigest(images.Name, index.Digest)),
                new LockedImage(ImageReference.ByDigest(images.Name, named.Digest)),
                new LockedImage(ImageReference.ByDigest(images.Name, outer.Digest))]).ToYaml()),
            ("packages/a.yml", "kind: Package\nspec: {refName: a.example.com, version: 1.0.0}\n")]);

        using Deriver deriver = new(_registry, Selection(null, "linux/amd64"), null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);

        Diagnostic told = derivation.Warnings.Single();
        Assert.AreEqual(ErrorCode.PlatformKept, told.Code);
        Assert.Contains($"{index.Digest} (an index of {GeneratedRepository.Platforms.Count()} images) has no platforms", told.Message);
        Assert.DoesNotContain(named.Digest.ToString(), told.Message);
        Assert.DoesNotContain(outer.Digest.ToString(), told.Message, "what it lists is told");
    }

    [TestMethod]
    [DataRow(1, 1, "(an index of 1 image) has no platforms, so that nothing can be selected")]
    [DataRow(2, 3, "(2 of 3) has images without a platform, which are copied whatever is selected")]
    [DataRow(0, 2, null)]
    public async Task AnImageOfAnIndexWithoutItsPlatform_IsCopied_AndTold(int unnamed, int count, string? expected)
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository images = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        Manifest named = images.Manifests.Select(digest => Manifest.Parse(images.BytesOf(digest))).First(manifest => manifest.IsIndex);
        string list = string.Join(',', named.Manifests.Where((_, i) => i % 2 == 0).Take(count).Select((child, i) =>
            $$$"""{"mediaType":"{{{child.MediaType}}}","digest":"{{{child.Digest}}}","size":{{{child.Size}}}{{{(i < unnamed ? "" : ""","platform":{"os":"linux","architecture":"s390x"}""")}}}}"""));
        Manifest index = images.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{list}}]}""")), null);
        await PushAsync(_registry.Get(GeneratedRepository.Bundle), "v1", [
            (BundleFile.LockPath, new ImagesLock([new LockedImage(ImageReference.ByDigest(images.Name, index.Digest))]).ToYaml()),
            ("packages/a.yml", "kind: Package\nspec: {refName: a.example.com, version: 1.0.0}\n")]);

        using Deriver deriver = new(_registry, Selection(null, "linux/s390x"), null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);

        Assert.IsTrue(derivation.IsUnchanged, "nothing is left out");
        Assert.HasCount(expected is null ? 0 : 1, derivation.Warnings);
        if (expected is null)
            return;
        Assert.AreEqual(ErrorCode.PlatformKept, derivation.Warnings.Single().Code);
        Assert.Contains($"{index.Digest} {expected}", derivation.Warnings.Single().Message);
    }

    [TestMethod]
    public async Task AnIndexOfOneImageBecomesTheImageOnlyWhereThatIsAskedFor()
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        TransferResult index = await CopyAsync(_registry, Selection(null, "linux/amd64"), s_destination);
        Assert.HasCount(3, index.Items.Where(item => item.Item.Content.Manifest.IsIndex));
        TransferResult flat = await CopyAsync(
            _registry, Selection(null, "linux/amd64") with { Flatten = true }, RepositoryName.Parse("mirror.local/flat"));
        Assert.IsEmpty(flat.Items.Where(item => item.Item.Content.Manifest.IsIndex));
    }

    [TestMethod]
    public async Task ASelectionOfEverything_IsTheOriginalBundle()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        BundleSelection all = Selection("*", string.Join(';', GeneratedRepository.Platforms)) with { Prereleases = [] };
        Assert.AreEqual(_registry.Get(GeneratedRepository.Bundle).Tags["v1"],
            await DigestAsync(_registry, GeneratedRepository.Bundle, all));
    }

    [TestMethod]
    [DataRow("p0.example.com@>=9", "p0.example.com 1.1.0-rc.1, p0.example.com 1.0.0")]
    [DataRow("q.example.com", "p0.example.com, p1.internal.example.com")]
    public async Task AChoiceOfNothingSaysWhatThereIs(string choice, string has)
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => DigestAsync(_registry, GeneratedRepository.Bundle, Selection(choice, null)));
        Assert.AreEqual(ErrorCode.PackageNotFound, failure.Code);
        Assert.Contains(has, failure.Message);
    }

    [TestMethod]
    public async Task AnUnchangedLockIsKeptAsWritten()
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository repository = _registry.Get(GeneratedRepository.Bundle);
        ImageReference original = ImageReference.Parse($"{GeneratedRepository.Bundle}:v1");
        Manifest manifest = (await repository.FindManifestAsync("v1", default))!;
        ImmutableArray<BundleFile> files = await FilesAsync(repository, manifest);
        string text = $"# Written by hand.\n{Text(files, BundleFile.LockPath)}";
        // No package has images of its own, so one can be left out without an image.
        await PushAsync(
            repository, "v1", [
            .. files.Select(file => file.Path == BundleFile.LockPath ? (file.Path, text) : (file.Path, Text(files, file.Path))),
            ("packages/none.yml", "kind: Package\nspec: {refName: none.example.com, version: 1.0.0}\n")]);
        await CopyAsync(_registry, Selection("p0.example.com", null) with { Prereleases = [] }, s_destination);
        FakeRepository there = _registry.Get(s_destination);
        files = await FilesAsync(there, (await there.FindManifestAsync("v1", default))!);
        Assert.IsFalse(files.Any(file => file.Path == "packages/none.yml"));
        Assert.AreEqual(text, Text(files, BundleFile.LockPath));
    }

    // The values of a template may have an image under any key; the cluster replaces it in the template's output.
    [TestMethod]
    [DataRow("image: one.example.com/app:1", true)]
    [DataRow("img: one.example.com/app:1", true)]
    [DataRow("args: [--sidecar=one.example.com/app:1]", true)]
    [DataRow("img: one.example.com/app:1.2", false)]
    [DataRow("img: more.one.example.com/app:1", false)]
    public async Task AnImageThatASelectedPackageMentionsIsKept(string text, bool isKept)
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository images = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        Digest index = images.Manifests.First(digest => Manifest.Parse(images.BytesOf(digest)).IsIndex);
        LockedImage app = new(
            ImageReference.ByDigest(images.Name, index), LockedImage.NoAnnotations.Add(Origins.Id, "one.example.com/app:1"));
        await PushAsync(_registry.Get(GeneratedRepository.Bundle), "v1", [
            (BundleFile.LockPath, new ImagesLock([app]).ToYaml()),
            ("packages/a.yml", $"kind: Package\nspec:\n  refName: a.example.com\n  version: 1.0.0\n  {text}\n"),
            ("packages/b.yml", "kind: Package\nspec:\n  refName: b.example.com\n  version: 1.0.0\n  image: one.example.com/app:1\n")]);
        using Deriver deriver = new(_registry, Selection("a.example.com", null), null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        Assert.AreEqual(isKept ? 1 : 0, derivation.Images);
        Assert.AreEqual(isKept && !text.StartsWith("image:", StringComparison.Ordinal) ? 1 : 0, derivation.Unproven.Length);
    }

    [TestMethod]
    public async Task ImagesOfABundleWithoutPackagesAreNotDropped()
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository images = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        Digest index = images.Manifests.First(digest => Manifest.Parse(images.BytesOf(digest)).IsIndex);
        await PushAsync(_registry.Get(GeneratedRepository.Bundle), "v1", [
            (BundleFile.LockPath, new ImagesLock([new LockedImage(ImageReference.ByDigest(images.Name, index))]).ToYaml()),
            ("config/app.yml", "kind: ConfigMap\n")]);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => DigestAsync(_registry, GeneratedRepository.Bundle, new BundleSelection { DropUnreferenced = true }));
        Assert.AreEqual(ErrorCode.NoPackagesInBundle, failure.Code);
    }

    // An archive has an image that is pinned in two repositories once, under the first.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AnImageOfTwoRepositoriesIsFoundInAnArchive(bool isNested)
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        FakeRepository one = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        FakeRepository other = _registry.Get($"{GeneratedRepository.Registry}/vendor/app0");
        foreach (Digest digest in one.Blobs)
            other.AddBlob(one.BytesOf(digest));
        foreach (Digest digest in one.Manifests)
            other.AddManifest(Manifest.Parse(one.BytesOf(digest)), null);
        Digest both = IndexOf(one, isNot: null);
        Digest second = IndexOf(other, isNot: both);
        ImagesLock more = new([.. new[] { both, second }.Select(digest => new LockedImage(ImageReference.ByDigest(other.Name, digest)))]);
        LockedImage first = new(ImageReference.ByDigest(one.Name, both));
        if (isNested)
        {
            // In the repository of the images, where it looks first.
            Manifest nested = await PushAsync(other, null, [(BundleFile.LockPath, more.ToYaml())]);
            more = new([new LockedImage(ImageReference.ByDigest(other.Name, nested.Digest))]);
        }

        await PushAsync(_registry.Get(GeneratedRepository.Bundle), "v1", [
            (BundleFile.LockPath, new ImagesLock([first, .. more.Images]).ToYaml())]);
        BundleSelection selection = Selection(null, "linux/amd64");
        Digest direct = await DigestAsync(_registry, GeneratedRepository.Bundle, selection);
        if (!isNested)
        {
            // A plan reads it under the first name, too.
            other.Remove(both);
            Assert.AreEqual(direct, await DigestAsync(_registry, GeneratedRepository.Bundle, selection));
        }

        using TempFolder folder = new();
        Relocator relocator = new(_registry);
        await relocator.RunAsync(
            await relocator.PlanAsync(new RelocationSource.Bundle(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1")),
                new PlanOptions { EmbedConfigs = true }, default),
            new RelocationDestination.Archive(folder["all.tar"]), new TransferOptions(), default);
        _registry.Calls.Clear();
        ArchiveRegistry archive = await ArchiveRegistry.OpenAsync(new RelocationSource.Archive(folder["all.tar"]), _registry, default);
        using Deriver deriver = new(archive, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(archive.Root, archive.Tag, default);
        Assert.AreEqual(direct, derivation.Digest);
        TransferPlan plan = await new Relocator(derivation.Over(archive))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), default);
        Assert.IsEmpty(_registry.Calls, "No registry is asked.");
        await relocator.RunAsync(plan, new RelocationDestination.Repository(s_destination), new TransferOptions(), default);
        Assert.AreEqual(direct, _registry.Get(s_destination).Tags["v1"]);

        static Digest IndexOf(FakeRepository repository, Digest? isNot) => repository.Manifests.First(
            digest => digest != isNot && Manifest.Parse(repository.BytesOf(digest)).IsIndex);
    }

    [TestMethod]
    public async Task SizesThatTogetherExceedEveryNumber_AreRefused()
    {
        byte[] tar =
        [
            .. TarHeader.Make("a", isFolder: false, 0b110_000_000, 1), .. new byte[TarHeader.BlockSize],
            .. TarHeader.Make("b", isFolder: false, 0b110_000_000, long.MaxValue),
        ];
        using MemoryStream layer = new();
        await using (System.IO.Compression.GZipStream gzip = new(layer, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(tar);
        layer.Position = 0;
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BundleFile.ReadAllAsync(layer, ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), default));
        Assert.AreEqual(ErrorCode.InvalidBundle, failure.Code);
    }

    private static async Task<Manifest> PushAsync(FakeRepository at, string? tag, IEnumerable<(string Path, string Text)> files)
    {
        using PackedImage packed = await PackedImage.PackAsync(
            LayerTree.Create(files.Select(file => (file.Path, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Text), false))),
            ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), default);
        foreach (IBlobContent blob in packed.Blobs)
            await at.PushBlobAsync(blob, null, null, default);
        return at.AddManifest(packed.Manifest, tag);
    }

    private static async Task<ImmutableArray<BundleFile>> FilesAsync(FakeRepository repository, Manifest bundle)
    {
        ImageReference reference = ImageReference.ByDigest(repository.Name, bundle.Digest);
        await using Stream layer = await repository.GetBlob(BundleContent.LayerOf(bundle, reference)).OpenAsync(0, default);
        return await BundleFile.ReadAllAsync(layer, reference, default);
    }

    private static string Name(int package) => $"p{package}.{(package % 2 == 0 ? "example" : "internal.example")}.com";

    private static string Version(int version) => version == Versions - 1 ? $"1.{version}.0-rc.1" : $"1.{version}.0";

    // Written out for each selection above, independently of the code that reads selections.
    private static bool Takes(string? packages, string package, string version) => packages switch
    {
        null => true,
        "p0.example.com" => package == "p0.example.com" && !version.Contains("rc"),
        "p0.example.com@>=1.1 <2; p3.internal.example.com@latest:2" =>
            package is "p0.example.com" or "p3.internal.example.com" && version is "1.1.0" or "1.2.0",
        "*.internal.example.com@latest" => package.Contains("internal") && version == "1.2.0",
        "p*@1.0.0" => version == "1.0.0",
        "p2.example.com@=1.3.0-rc.1" => package == "p2.example.com" && version == "1.3.0-rc.1",
        "p?.example.com@>=1.1.0 latest:1" => package is "p0.example.com" or "p2.example.com" or "p4.example.com" && version == "1.2.0",
        _ => throw new ArgumentException(packages),
    };

    private static BundleSelection Selection(string? packages, string? platforms) => new()
    {
        Packages = [.. PackageChoice.ParseAll(packages ?? "")],
        Platforms = [.. PlatformChoice.ParseAll(platforms ?? "")],
    };

    private static async Task<Digest> DigestAsync(FakeRegistry registry, string repository, BundleSelection selection)
    {
        using Deriver deriver = new(registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{repository}:v1"), "v1", default);
        return derivation.Digest;
    }

    private static async Task<TransferResult> CopyAsync(FakeRegistry registry, BundleSelection selection, RepositoryName destination)
    {
        using Deriver deriver = new(registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        TransferPlan plan = await new Relocator(derivation.Over(registry))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions { EmbedConfigs = true, Destination = destination }), default);
        return await new Relocator(registry).RunAsync(
            plan, new RelocationDestination.Repository(destination), new TransferOptions(), default);
    }

    private async Task<ImmutableArray<BundleFile>> FilesAsync(PlannedItem bundle)
    {
        await using Stream layer =
            await _registry.Get(s_destination).GetBlob(BundleContent.LayerOf(bundle.Content.Manifest, bundle.Source)).OpenAsync(0, default);
        return await BundleFile.ReadAllAsync(layer, bundle.Source, default);
    }

    private static string Text(ImmutableArray<BundleFile> files, string path) =>
        Encoding.UTF8.GetString(files.Single(file => file.Path == path).Bytes.Span);
}
