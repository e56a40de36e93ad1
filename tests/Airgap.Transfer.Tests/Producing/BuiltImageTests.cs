using System.Formats.Tar;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>Images that were just built: in a registry under a known digest, or in an archive.</summary>
[TestClass]
public sealed class BuiltImageTests
{
    private const string Multi = "registry.local:5055/apps/multi";

    public TestContext TestContext { get; set; } = null!;

    private FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task ARegistryIsAskedForTheDigestThatWasBuilt_WhateverTheTagStandsForByNow()
    {
        using PackageFolder folder = new();
        Manifest built = await Registry.GetRepository(RepositoryName.Parse("registry.local:5055/apps/backend"))
            .GetManifestAsync("1.0.0", Token);
        FakeRepository frontend = Registry.Get("registry.local:5055/apps/frontend");
        ImageToPin image = new(PackageFolder.Image) { Built = new BuiltImage(built.Bytes, null) };

        ProduceResult missing = await ProduceAsync(folder, image);
        Assert.AreEqual(ErrorCode.ImageToPinNotFound, missing.Problems.Single().Code);

        frontend.AddManifest(built, null);
        using ProducedBundle bundle = (await ProduceAsync(folder, image)).Bundle!;
        Assert.AreEqual(built.Digest, bundle.Images.Images.Single().Image.Digest);
        Assert.AreNotEqual(built.Digest, frontend.Tags["1.0.0"]);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnIndexInAnArchiveGoesWithItsPlatforms_ByArchiveAndByRegistry(bool hasLayout)
    {
        using PackageFolder folder = new();
        using TempFolder output = new();
        folder.Write("packages/simple-app/1.0.0.yml", PackageFolder.Package(image: "team/multi:1"));
        Manifest index = await WriteAsync(output["image.tar"], hasLayout);
        ImageToPin image = new("airgap.invalid/team/multi:1")
        {
            Id = "team/multi:1",
            Built = new BuiltImage(index.Bytes, output["image.tar"])
        };
        using ProducedBundle bundle = (await ProduceAsync(folder, image)).Bundle!;
        Assert.AreEqual($"airgap.invalid/team/multi@{index.Digest}", bundle.Images.Images.Single().Image.ToString());

        FakeRegistry near = new();
        RelocationDestination archive = new RelocationDestination.Archive(output["bundle.tar"]);
        Relocator relocator = new(bundle.Over(near));
        await relocator.RunAsync(
            await relocator.PlanAsync(new RelocationSource.Bundle(bundle.Reference), new PlanOptions { EmbedConfigs = true }, Token),
            archive, new TransferOptions(), Token);
        Assert.IsEmpty(near.Calls.Where(call => !call.Contains("far.corp.com", StringComparison.Ordinal)));

        FakeRegistry far = new();
        Relocator importer = new(far);
        await importer.RunAsync(
            await importer.PlanAsync(new RelocationSource.Archive(output["bundle.tar"]), new PlanOptions(), Token),
            new RelocationDestination.Repository(RepositoryName.Parse("far.corp.com/apps/simple")), new TransferOptions(), Token);
        AssertHas(far.Get("far.corp.com/apps/simple"), index, bundle.Digest);
    }

    [TestMethod]
    public async Task APushedBundleHasItBeside()
    {
        using PackageFolder folder = new();
        using TempFolder output = new();
        folder.Write("packages/simple-app/1.0.0.yml", PackageFolder.Package(image: "team/multi:1"));
        Manifest index = await WriteAsync(output["image.tar"], hasLayout: true);
        ImageToPin image = new("airgap.invalid/team/multi:1")
        {
            Id = "team/multi:1",
            Built = new BuiltImage(index.Bytes, output["image.tar"])
        };
        using ProducedBundle bundle = (await ProduceAsync(folder, image)).Bundle!;
        FakeRegistry registry = new();

        PushResult pushed = await bundle.PushAsync(registry, new Silent(), Token);

        FakeRepository own = registry.Get(bundle.Reference.Repository.ToString());
        AssertHas(own, index, bundle.Digest);
        Assert.AreEqual(pushed.Blobs.Length, pushed.Blobs.DistinctBy(blob => blob.Descriptor.Digest).Count());
        TransferPlan plan = await new Relocator(registry).PlanAsync(
            new RelocationSource.Bundle(bundle.Reference), new PlanOptions(), Token);
        Assert.AreEqual(2, plan.Items.Length, "Whoever reads it finds the image in its repository.");
    }

    [TestMethod]
    public async Task AnIndexOfIndexesGoesWithAllOfThem()
    {
        using TempFolder output = new();
        Manifest inner = await WriteAsync(output["image.tar"], hasLayout: true);
        Manifest outer = Manifest.Parse(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{inner.MediaType}}","digest":"{{inner.Digest}}","size":{{inner.Bytes.Length}}}]}"""));
        await WriteAsync(output["image.tar"], hasLayout: true, more: inner);

        LocalImage image = await LocalImage.ReadAsync(outer, output["image.tar"], Token);

        Assert.AreSequenceEqual(
            [.. inner.Manifests.Select(child => child.Digest), inner.Digest, outer.Digest],
            image.Manifests.Select(manifest => manifest.Digest));
        Assert.IsGreaterThanOrEqualTo(inner.Manifests.Length, image.Blobs.Length);
    }

    [TestMethod]
    public async Task AnArchiveThatDoesNotHoldTheImageIsRefused()
    {
        using PackageFolder folder = new();
        using TempFolder output = new();
        Manifest index = await WriteAsync(output["image.tar"], hasLayout: true, leaveOut: 1);
        await File.WriteAllTextAsync(output["text.tar"], "this is not a tar", Token);
        foreach ((string path, ErrorCode expected) in new[]
                 {
                     (output["image.tar"], ErrorCode.InvalidImageArchive), (output["text.tar"], ErrorCode.InvalidImageArchive),
                         (output["none.tar"], ErrorCode.FileNotFound),
                 })
        {
            SourceLocation place = new("App.csproj", 7);
            ProduceResult result = await ProduceAsync(
                folder, new ImageToPin("airgap.invalid/a:1", place)
                {
                    Id = PackageFolder.Image,
                    Built = new BuiltImage(index.Bytes, path)
                });
            Assert.AreEqual(expected, result.Problems.Single().Code);
            Assert.AreEqual(place, result.Problems.Single().Location);
        }
    }

    [TestMethod]
    public async Task AnImageBuiltLast_IsAssumedByTheCheck_AndNotByTheBundle()
    {
        using PackageFolder folder = new();
        ImageToPin pending = new(PackageFolder.Image) { IsPending = true };
        Assert.IsEmpty(await new BundleProducer(Registry).CheckAsync(folder.Request() with { Images = [pending] }, Token));
        Assert.AreEqual(ErrorCode.ImageNotBuilt, (await ProduceAsync(folder, pending)).Problems.Single().Code);
        Assert.IsEmpty(Registry.Calls);

        folder.Write("packages/version.yml", PackageFolder.Package(version: "v3"));
        Assert.AreEqual(ErrorCode.InvalidPackageVersion,
            (await new BundleProducer(Registry).CheckAsync(folder.Request() with { Images = [pending] }, Token)).Single().Code);
        Assert.AreEqual(ErrorCode.InvalidPackageVersion, (await ProduceAsync(folder, pending)).Problems.Single().Code);
    }

    private static void AssertHas(FakeRepository repository, Manifest index, Digest bundle)
    {
        Assert.Contains(bundle, repository.Manifests);
        Assert.Contains(index.Digest, repository.Manifests);
        foreach (Descriptor child in index.Manifests)
            Assert.Contains(child.Digest, repository.Manifests);
    }

    private Task<ProduceResult> ProduceAsync(PackageFolder folder, ImageToPin image) =>
        new BundleProducer(Registry).ProduceAsync(folder.Request() with { Images = [image] }, Token);

    // As the SDK writes it: a layout, or docker's format, to which the manifests of an index are added.
    private async Task<Manifest> WriteAsync(string path, bool hasLayout, int leaveOut = 0, Manifest? more = null)
    {
        FakeRepository repository = Registry.Get(Multi);
        Manifest index = (await repository.FindManifestAsync("1.0.0", Token))!;
        Dictionary<string, byte[]> files = [];
        foreach (Descriptor child in index.Manifests)
        {
            Manifest image = (await repository.FindManifestAsync(child.Digest.ToString(), Token))!;
            files[$"blobs/sha256/{image.Digest.Hex}"] = image.Bytes.ToArray();
            files[hasLayout ? $"blobs/sha256/{image.Config!.Digest.Hex}" : $"{image.Config!.Digest.Hex}.json"] =
                await ReadAsync(repository, image.Config);
            foreach (Descriptor layer in image.Layers)
                files[hasLayout ? $"blobs/sha256/{layer.Digest.Hex}" : $"{layer.Digest.Hex}/layer.tar"] =
                    await ReadAsync(repository, layer);
        }

        if (more is not null)
            files[$"blobs/sha256/{more.Digest.Hex}"] = more.Bytes.ToArray();
        files["index.json"] = Encoding.UTF8.GetBytes("{}");
        await using TarWriter tar = new(File.Create(path));
        foreach ((string name, byte[] bytes) in files.Skip(leaveOut))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) }, Token);
        return index;
    }

    private async Task<byte[]> ReadAsync(FakeRepository repository, Descriptor blob)
    {
        await using Stream stream = await repository.GetBlob(blob).OpenAsync(0, Token);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory, Token);
        return memory.ToArray();
    }

    private sealed class Silent : IPushObserver;
}
