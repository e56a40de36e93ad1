using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Airgap.Registry.Page;

namespace Airgap.Registry.Tests.Pages;

/// <summary>What the page reads from a bundle's layer.</summary>
[TestClass]
public sealed class BundlePackagesTests
{
    private const int Images = 12_000;

    [TestMethod]
    public async Task ALargeLockBehindManyPackages_IsCounted()
    {
        StringBuilder yaml = new("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        for (int i = 0; i < Images; i++)
            yaml.Append($"- image: registry.example/apps/image-{i}@sha256:{new string('a', 64)}\n");
        StringBuilder packages = new();
        for (int i = 0; i < 1_200; i++)
            packages.Append($"---\nkind: Package\nspec: {{refName: a.example.com, version: 1.0.{i}}}\n");

        BundlePackages? read = await ReadAsync(
            ("packages/a.yml", packages.ToString()), ("packages/b.yml", packages.ToString()), (".imgpkg/images.yml", yaml.ToString()));

        Assert.AreEqual(Images, read!.Images);
        Assert.IsGreaterThan(1024 * 1024, yaml.Length);
        Assert.HasCount(1_200, read.Packages);
    }

    [TestMethod]
    public async Task ALockThatIsNotRead_CountsNoImages() =>
        Assert.IsNull((await ReadAsync(("packages/a.yml", "kind: Package\n"), (".imgpkg/images.yml", new string('#', 9_000_000))))!.Images);

    private static async Task<BundlePackages?> ReadAsync(params (string Name, string Text)[] files)
    {
        using MemoryStream layer = new();
        await using (GZipStream gzip = new(layer, CompressionLevel.Fastest, leaveOpen: true))
        await using (TarWriter tar = new(gzip))
        {
            foreach ((string name, string text) in files)
                await tar.WriteEntryAsync(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        layer.Position = 0;
        return await BundlePackages.ReadAsync(layer, CancellationToken.None);
    }
}
