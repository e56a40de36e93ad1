using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>In a plan, sets the source of images that only the planning machine has to the repository to which it pushes them.</summary>
internal static class PushedImages
{
    /// <summary>
    /// The lock names these images in repositories that do not have them. The bundle's repository replaces those.
    /// </summary>
    /// <param name="entry">A relocation.</param>
    /// <param name="bundle">The bundle that is pushed with the images.</param>
    public static RunPlanEntry Locate(RunPlanEntry entry, ProducedBundle bundle)
    {
        RepositoryName place = bundle.Reference.Repository;
        HashSet<string> manifests =
            [.. bundle.LocalImages.SelectMany(local => local.Image.Manifests).Select(manifest => manifest.Digest.ToString())];
        HashSet<string> blobs =
            [.. bundle.LocalImages.SelectMany(local => local.Image.Blobs).Select(blob => blob.Descriptor.Digest.ToString())];
        return entry with
        {
            Items = [.. entry.Items.Select(item => entry.Manifests[item.Manifest].Digest is var digest && manifests.Contains(digest)
                ? item with { Source = ImageReference.ByDigest(place, Digest.Parse(digest)).ToString() } : item)],
            Manifests = [.. entry.Manifests.Select(
                manifest => manifests.Contains(manifest.Digest) ? manifest with { Origin = place.ToString() } : manifest)],
            Blobs = [.. entry.Blobs.Select(blob => blobs.Contains(blob.Digest) ? blob with { Origin = place.ToString() } : blob)],
        };
    }
}
