using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Tests.Bundles;

/// <summary>A file that is too large to be searched for images is told.</summary>
[TestClass]
public sealed class LargePackageFileTests
{
    private const string Text = "kind: Package\nmetadata: {name: a.example.com.1.0.0}\nspec: {refName: a.example.com, version: 1.0.0}\n";

    private readonly FakeRegistry _registry = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(4 * 1024 * 1024, 1)]
    public async Task AFileOfAPackageRepository(int fill, int told)
    {
        await PushAsync("vendor/repository", "v1", [], ("packages/a.yml", Text + new string('#', fill)));
        Diagnostic[] found = await FindAsync();
        Assert.HasCount(told, found);
        if (told == 0)
            return;
        Assert.Contains("packages/a.yml of the bundle source.local/vendor/repository", found[0].Message);
        Assert.AreEqual("packages/a.yml", found[0].Location!.File);
    }

    [TestMethod]
    public async Task AFileOfAPackagesBundle()
    {
        Digest inner = await PushAsync("vendor/package", null, [], ("config/app.yml", new string('#', 4 * 1024 * 1024 + 1)));
        await PushAsync("vendor/repository", "v1",
            [new LockedImage(ImageReference.Parse($"source.local/vendor/package@{inner}"))], ("packages/a.yml", Text));
        Assert.Contains("config/app.yml of the bundle source.local/vendor/package@", Assert.ContainsSingle(await FindAsync()).Message);
    }

    private async Task<Diagnostic[]> FindAsync()
    {
        TransferPlan plan = await new Relocator(_registry).PlanAsync(
            new RelocationSource.Bundle(ImageReference.Parse("source.local/vendor/repository:v1")), new PlanOptions(),
            TestContext.CancellationToken);
        return [.. plan.RootBundle!.PackageWarnings.Where(warning => warning.Code == ErrorCode.PackageFileNotSearched)];
    }

    private async Task<Digest> PushAsync(string path, string? tag, ImmutableArray<LockedImage> images, (string Path, string Text) file)
    {
        FakeRepository at = _registry.Get($"source.local/{path}");
        using PackedImage packed = await PackedImage.PackAsync(
            LayerTree.Create(new[] { (".imgpkg/images.yml", new ImagesLock(images).ToYaml()), file }
                .Select(each => (each.Item1, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(each.Item2), false))),
            ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), TestContext.CancellationToken);
        foreach (IBlobContent blob in packed.Blobs)
            await at.PushBlobAsync(blob, null, null, TestContext.CancellationToken);
        at.AddManifest(packed.Manifest, tag);
        return packed.Manifest.Digest;
    }
}
