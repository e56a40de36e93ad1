using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Bundles;

/// <summary>The small image that says of a relocated bundle where its images are; the bytes are those that imgpkg makes.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The config, which the manifest names.</param>
/// <param name="Layer">The one layer, which the manifest names.</param>
internal sealed record LocationsImage(Manifest Manifest, ReadOnlyMemory<byte> Config, ReadOnlyMemory<byte> Layer)
{
    private const long FileMode = 0b110_000_000;

    /// <summary>Makes the image; no file or network is touched.</summary>
    public static LocationsImage Create(ImageLocations locations)
    {
        (WrittenLayer layer, byte[] bytes) =
            BundleLayer.WriteSingle(ImageLocations.FileName, FileMode, Encoding.UTF8.GetBytes(locations.ToYaml()));
        byte[] config = ImageConfigWriter.Write(layer.DiffId);
        return new LocationsImage(ImageManifestWriter.Write(config, layer.Descriptor), config, bytes);
    }

    /// <summary>
    /// The tag under which the locations image of a bundle is kept, beside the bundle: <c>sha256-….image-locations.imgpkg</c>.
    /// </summary>
    /// <remarks>Of a sha512 digest the first 64 digits stand there, for a tag has 128 characters at most.</remarks>
    public static string Tag(Digest bundle) => ReferrerList.FallbackTag(bundle) + ".image-locations" + ContentTag.End;
}
