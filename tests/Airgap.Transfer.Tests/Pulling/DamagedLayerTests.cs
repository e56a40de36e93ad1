using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>A layer that was damaged on its way is reported as that, not as one that was made wrongly.</summary>
[TestClass]
public sealed class DamagedLayerTests : PullTestBase
{
    [TestMethod]
    [DataRow(0, DisplayName = "no gzip any more")]
    [DataRow(12, DisplayName = "broken in its content")]
    [DataRow(-8, DisplayName = "broken at its end")]
    public async Task APullFromADamagedArchive_SaysThatItIsDamaged(int at)
    {
        string damaged = Folder["damaged.tar"];
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), damaged);
        List<ArchiveEntry> layers;
        using (SafeFileHandle file = File.OpenHandle(damaged))
            layers = [.. TarIndex.Read(file).Where(entry => entry.Name.EndsWith(".tar.gz", StringComparison.Ordinal))];
        using (SafeFileHandle file = File.OpenHandle(damaged, access: FileAccess.Write))
        {
            foreach (ArchiveEntry layer in layers)
                RandomAccess.Write(file, "damaged!"u8, layer.Offset + (at < 0 ? layer.Size + at : at));
        }

        AirgapException e = await RefusedAsync(ErrorCode.ArchiveDigestMismatch, Request(new RelocationSource.Archive(damaged)));
        Assert.Contains("damaged.tar", e.Message);
    }

    // A layer of honest bytes is the image's own fault.
    [TestMethod]
    public async Task ALayerThatIsNoTar_KeepsItsOwnMessage() =>
        await RefusedAsync(ErrorCode.InvalidLayer, Request(LayerBuilder.Image(Registry, LayerBuilder.Gzip("no tar"u8.ToArray()))));

    [TestMethod]
    [DataRow("gzip")]
    [DataRow("lock")]
    [DataRow("no lock")]
    [DataRow("whole")]
    public async Task ABundlesLayer_IsReadToItsEndBeforeItIsJudged(string what)
    {
        // More than what the readers of gzip and tar read ahead.
        byte[] rest = new byte[200_000];
        new Random(1).NextBytes(rest);
        byte[] bytes = what switch
        {
            "gzip" => [.. "no gzip"u8, .. rest],
            "lock" => LayerBuilder.Gzip([.. new LayerBuilder().File(".imgpkg/images.yml", "kind: [").Tar(), .. rest]),
            "no lock" => LayerBuilder.Gzip([.. new LayerBuilder().File("a").Tar(), .. rest]),
            _ => LayerBuilder.Gzip([
                .. new LayerBuilder().File(".imgpkg/images.yml", "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n").Tar(),
                .. rest]),
        };
        Digest other = Digest.Compute("other"u8);
        await using VerifyingStream layer = new(
            new MemoryStream(bytes), new Descriptor("", other, bytes.Length),
            _ => new AirgapException(ErrorCode.DigestMismatch, "damaged", "again"));

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => BundleContent.ReadAsync(
            layer, ImageReference.Parse($"r.local/b@{other}"), withPackages: true, Token));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code, e.Message);
    }
}
