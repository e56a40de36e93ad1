using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Tests.Bundles;

[TestClass]
public sealed class LocationsImageTests
{
    [TestMethod]
    public void EveryLocationsImageIsMadeAsImgpkgMadeIt()
    {
        int count = 0;
        foreach ((string repository, Digest bundle, Manifest expected) in GoldenStorage.LocationsImages())
        {
            ImageLocations locations = ImageLocations.Read(GoldenStorage.FileOf(expected, ImageLocations.FileName), repository);
            LocationsImage image = LocationsImage.Create(locations);
            CollectionAssert.AreEqual(GoldenStorage.Blob(expected.Layers.Single().Digest), image.Layer.ToArray(), repository);
            CollectionAssert.AreEqual(GoldenStorage.Blob(expected.Config!.Digest), image.Config.ToArray(), repository);
            CollectionAssert.AreEqual(expected.Bytes.ToArray(), image.Manifest.Bytes.ToArray(), repository);
            Assert.AreEqual(expected.Digest, image.Manifest.Digest);
            Assert.AreEqual(expected.Digest, GoldenStorage.Manifest($"mirror/{repository}", LocationsImage.Tag(bundle)).Digest);
            count++;
        }

        Assert.AreEqual(8, count);
    }

    [TestMethod]
    public void TheLayerOfABundleWithoutImagesIsReadable()
    {
        LocationsImage image = LocationsImage.Create(new ImageLocations([]));
        Assert.AreEqual(Digest.Compute(image.Config.Span), image.Manifest.Config!.Digest);
        Assert.AreEqual(Digest.Compute(image.Layer.Span), image.Manifest.Layers.Single().Digest);
        StringAssert.Contains(System.Text.Encoding.UTF8.GetString(GoldenStorage.Gunzip(image.Layer.ToArray())), "images: null\n");
    }
}
