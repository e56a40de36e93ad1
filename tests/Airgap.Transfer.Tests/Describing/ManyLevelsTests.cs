using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Tests.Archives;

namespace Airgap.Transfer.Tests.Describing;

/// <summary>
/// Bundles that pin bundles over many levels: few bytes, but without a limit the output would double with each level.
/// </summary>
[TestClass]
public sealed class ManyLevelsTests : RelocatorTestBase
{
    [TestMethod]
    [DoNotParallelize]
    public async Task EachBundleIsDescribedOnce()
    {
        using TempFolder folder = new();
        await WriteAsync(folder["a.tar"], levels: 20);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        BundleDescription description = await Describer.DescribeArchiveAsync(new(folder["a.tar"]), new DescribeOptions(), Token);
        string yaml = DescriptionYaml.Write(description);
        string text = DescriptionText.Write(description);
        string json = DescriptionDocument.Of(description).ToJson();
        Assert.IsLessThan(32_000_000, GC.GetTotalAllocatedBytes(precise: true) - before);

        Assert.AreEqual(41, All(description).Count(bundle => !bundle.IsRepeated));
        Assert.AreEqual(41, All(description).Select(bundle => bundle.Digest).Distinct().Count());
        Assert.Contains("contentOf: sha256:", yaml);
        Assert.Contains("Images: as shown for this bundle in another place", text);
        Assert.Contains("\"isRepeated\": true", json);
        await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/levels");
        BundleDescription there = await new Describer(Registry).DescribeAsync(
            Oci.Naming.ImageReference.ByDigest(Oci.Naming.RepositoryName.Parse("dest.example/levels"), description.Digest),
            new DescribeOptions(), Token);
        Assert.AreEqual(41, All(there).Count(bundle => !bundle.IsRepeated));
    }

    [TestMethod]
    public async Task FewLevelsAreToldAsImgpkgDoes()
    {
        using TempFolder folder = new();
        await WriteAsync(folder["a.tar"], levels: 6);
        BundleDescription description = await Describer.DescribeArchiveAsync(new(folder["a.tar"]), new DescribeOptions(), Token);
        Assert.HasCount((1 << 7) - 1, All(description));
        Assert.IsFalse(All(description).Any(bundle => bundle.IsRepeated));
    }

    [TestMethod]
    public async Task MoreLevelsThanAnyoneHasAreRefused()
    {
        using TempFolder folder = new();
        ArchiveBuilder archive = new();
        Digest below = archive.Bundle("r.local/a", []);
        for (int level = 2; level <= 300; level++)
            below = archive.Bundle("r.local/a", [$"r.local/a@{below}"], isRoot: level == 300);
        await File.WriteAllBytesAsync(folder["a.tar"], archive.ToTar(), Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => Describer.DescribeArchiveAsync(new(folder["a.tar"]), new DescribeOptions(), Token));
        Assert.AreEqual(ErrorCode.InvalidBundle, e.Code);
        Assert.Contains("more than 255 levels deep", e.Message);
    }

    private static IEnumerable<BundleDescription> All(BundleDescription bundle) => bundle.Bundles.SelectMany(All).Prepend(bundle);

    private async Task WriteAsync(string path, int levels)
    {
        ArchiveBuilder archive = new();
        string[] below = [];
        for (int level = 0; level < levels; level++)
        {
            string[] pinned = below;
            // Two bundles with the same content would have the same digest.
            below = [.. Enumerable.Range(0, 2)
                .Select(
                    i =>
                    $"r.local/{(char)('a' + i)}@{archive.Bundle($"r.local/{(char)('a' + i)}", i == 0 ? pinned : pinned.Length == 0 ? [$"r.local/a@{Leaf(archive)}"] : pinned.Reverse())}")];
        }

        archive.Bundle("r.local/root", below, isRoot: true);
        await File.WriteAllBytesAsync(path, archive.ToTar(), Token);
    }

    private static Digest Leaf(ArchiveBuilder archive) => archive.Image("r.local/a", "{}", []);
}
