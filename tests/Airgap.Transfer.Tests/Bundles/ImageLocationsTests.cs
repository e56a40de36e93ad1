using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Tests.Bundles;

[TestClass]
public sealed class ImageLocationsTests
{
    [TestMethod]
    public void EveryLocationsFileIsReadAndWrittenAsImgpkgWroteIt()
    {
        int count = 0;
        foreach ((string repository, _, Manifest manifest) in GoldenStorage.LocationsImages())
        {
            byte[] file = GoldenStorage.FileOf(manifest, ImageLocations.FileName);
            ImageLocations read = ImageLocations.Read(file, repository);
            Assert.AreEqual(Encoding.UTF8.GetString(file), read.ToYaml());
            Assert.AreEqual(Encoding.UTF8.GetString(file), new ImageLocations([.. read.Images.Reverse()]).ToYaml());
            count++;
        }

        Assert.AreEqual(8, count);
    }

    [TestMethod]
    public void ABundleWithoutImagesSaysNull()
    {
        string yaml = new ImageLocations([]).ToYaml();
        Assert.AreEqual("---\napiVersion: imgpkg.carvel.dev/v1alpha1\nimages: null\nkind: ImageLocations\n", yaml);
        Assert.AreEqual(0, ImageLocations.Read(Encoding.UTF8.GetBytes(yaml), "f").Images.Length);
    }

    [TestMethod]
    public void AnUnknownKeyIsPassedOver()
    {
        ImageLocations read = ImageLocations.Read(
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImageLocations\nfuture: {a: [1]}\nimages:\n- image: a/b\n  isBundle: yes\n  isBundle: On\n  more: 1\n"u8.ToArray(),
            "f");
        Assert.AreEqual(new ImageLocation("a/b", true), read.Images.Single());
    }

    [TestMethod]
    [DataRow("isBundle: \"true\"")]
    [DataRow("isBundle: 1")]
    [DataRow("isBundle: []")]
    public void ATruthValueMustBeOne(string line)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ImageLocations.Read(
            Encoding.UTF8.GetBytes($"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImageLocations\nimages:\n- image: a/b\n  {line}\n"),
            "f"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        Assert.AreEqual("f(5,13)", e.Location!.ToString());
    }
}
