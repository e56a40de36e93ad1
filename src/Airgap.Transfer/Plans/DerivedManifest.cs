using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>
/// A manifest that a selection of packages or platforms made, and that its publisher therefore never signed. A signed archive lists them,
/// so that the reader can tell them from unsigned images.
/// </summary>
/// <param name="Digest">The manifest: a bundle, a rewritten index, or the only image that is left of an index.</param>
/// <param name="From">The original, which may be signed.</param>
internal sealed record DerivedManifest(Digest Digest, Digest From)
{
    /// <summary>For an index, the manifests that it keeps, in its order; empty for others.</summary>
    public ImmutableArray<Digest> Kept { get; init; } = [];

    /// <summary>Those that some items contain, each once and in one order.</summary>
    public static ImmutableArray<DerivedManifest> In(IEnumerable<DerivedManifest> all, IEnumerable<PlannedItem> items)
    {
        DerivedManifest[] some = [.. all];
        if (some.Length == 0)
            return [];
        HashSet<Digest> present = [
            .. items.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)];
        return [.. some.Where(made => present.Contains(made.Digest)).DistinctBy(made => (made.Digest, made.From))
            .OrderBy(made => made.Digest).ThenBy(made => made.From)];
    }
}
