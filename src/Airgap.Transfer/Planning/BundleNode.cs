using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>A bundle while its closure is searched.</summary>
internal sealed record BundleNode(ImageReference Source, PlannedManifest Manifest, BundleContent Content, ImmutableArray<BundleEntry> Entries)
{
    /// <summary>Images that it pins and that were not found, where the search goes on without them.</summary>
    public ImmutableArray<LockedImage> Missing { get; init; } = [];

    /// <summary>This bundle and those below it, parents first, each once.</summary>
    public IEnumerable<BundleNode> SelfAndNested()
    {
        HashSet<string> seen = [];
        return Walk(this, seen);

        static IEnumerable<BundleNode> Walk(BundleNode node, HashSet<string> seen)
        {
            if (!seen.Add(node.Source.ToString()))
                yield break;
            yield return node;
            foreach (BundleEntry entry in node.Entries)
            {
                if (entry.Bundle is null)
                    continue;
                foreach (BundleNode nested in Walk(entry.Bundle, seen))
                    yield return nested;
            }
        }
    }

    /// <summary>What is written about this bundle at a destination.</summary>
    public ImageLocations Locations() => new([.. Entries.Select(entry => new ImageLocation(entry.Locked.Image.ToString(), entry.Bundle is not null))]);
}

/// <summary>An image that a bundle pins, and where it was found.</summary>
internal sealed record BundleEntry(LockedImage Locked, ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle);
