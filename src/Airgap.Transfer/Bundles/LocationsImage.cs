using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Bundles;

/// <summary>The small image with the locations of a relocated bundle's images; its bytes equal imgpkg's.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The config, which the manifest names.</param>
/// <param name="Layer">The one layer, which the manifest names.</param>
internal sealed record LocationsImage(Manifest Manifest, ReadOnlyMemory<byte> Config, ReadOnlyMemory<byte> Layer)
{
    private const long FileMode = 0b110_000_000;

    /// <summary>Makes the image, without file or network access.</summary>
    public static LocationsImage Create(ImageLocations locations)
    {
        (WrittenLayer layer, byte[] bytes) =
            BundleLayer.WriteSingle(ImageLocations.FileName, FileMode, Encoding.UTF8.GetBytes(locations.ToYaml()));
        byte[] config = ImageConfigWriter.Write(layer.DiffId);
        return new LocationsImage(ImageManifestWriter.Write(config, layer.Descriptor), config, bytes);
    }

    /// <summary>
    /// The tag of a bundle's locations image, in the bundle's repository: <c>sha256-….image-locations.imgpkg</c>.
    /// </summary>
    /// <remarks>For a sha512 digest it has the first 64 digits, because a tag has at most 128 characters.</remarks>
    public static string Tag(Digest bundle) => ReferrerList.FallbackTag(bundle) + ".image-locations" + ContentTag.End;
}
