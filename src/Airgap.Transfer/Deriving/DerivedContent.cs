using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// The derived content of an archive: what its record lists, a derived bundle pins, and that bundle's selection can give. A record proves
/// nothing by itself: use it only if the archive's signature was verified.
/// </summary>
internal sealed class DerivedContent
{
    private const int MaxDepth = 16;

    private readonly ILookup<Digest, DerivedManifest> _listed;
    private readonly ILookup<Digest, PlannedItem> _items;
    private readonly Dictionary<Digest, PlannedBundle> _bundles;
    private readonly HashSet<Digest> _proven = [];

    private DerivedContent(TransferPlan plan)
    {
        _listed = plan.SourceDerived.ToLookup(made => made.Digest);
        _items = plan.Items.ToLookup(item => item.Digest);
        _bundles = plan.Bundles.DistinctBy(bundle => bundle.Digest).ToDictionary(bundle => bundle.Digest);
    }

    /// <summary>The digests of the items of an archive's plan that were derived.</summary>
    public static IReadOnlySet<Digest> Of(TransferPlan plan)
    {
        DerivedContent content = new(plan);
        if (content._listed.Count > 0)
        {
            foreach (PlannedItem root in plan.Items.Where(item => item == plan.Root || item.IsRootBundle || item.Owners is not null))
                content.Follow(root);
        }

        return content._proven;
    }

    // What no derived bundle pins was not derived, whatever the record says.
    private void Follow(PlannedItem root)
    {
        if (SelectionOf(root) is not { } selection)
            return;
        Queue<PlannedItem> bundles = new([root]);
        while (bundles.TryDequeue(out PlannedItem? bundle))
        {
            if (!_proven.Add(bundle.Digest) || !_bundles.TryGetValue(bundle.Digest, out PlannedBundle? pins))
                continue;
            foreach (PlannedItem item in pins.Lock.Images.Select(image => image.Image.Digest).OfType<Digest>()
                .SelectMany(digest => _items[digest]).Where(item => _listed.Contains(item.Digest)))
            {
                // A nested bundle is derived by the platforms alone.
                if (item.IsBundle && SelectionOf(item) is { } nested && nested.Rewrites && nested.HasPlatformsOf(selection))
                    bundles.Enqueue(item);
                else if (!item.IsBundle && IsDerived(item.Content.Manifest, item.Content, selection))
                    _proven.Add(item.Digest);
            }
        }
    }

    // Null for what is not a derived bundle, or not from the listed original.
    private DerivedPlatforms? SelectionOf(PlannedItem item) =>
        item.IsBundle && item.Content.StoredConfig is { } config && DerivedFrom.Read(config.Bytes) is { } from
            && _listed[item.Digest].Any(made => made.From == from.From)
            ? DerivedPlatforms.Read(from.Selection) : null;

    private bool IsDerived(Manifest manifest, PlannedManifest node, DerivedPlatforms selection, int depth = 0)
    {
        if (!selection.Rewrites || depth > MaxDepth)
            return false;
        if (!manifest.IsIndex)
            return selection.Flattens && depth == 0;
        return _listed[manifest.Digest].Any(made => IndexEditor.Read(manifest).All(child =>
            (child.Platform is null || selection.Takes(child.Platform)) && made.Kept.Contains(child.Descriptor.Digest)
            && (!_listed.Contains(child.Descriptor.Digest) || IsDerivedChild(child.Descriptor.Digest))));

        // A nested index that was rewritten, too; an image may be listed as the only one that is left of another index.
        bool IsDerivedChild(Digest digest) =>
            node.Children.FirstOrDefault(child => child.Manifest.Digest == digest) is not { Manifest.IsIndex: true } nested
            || IsDerived(nested.Manifest, nested, selection, depth + 1);
    }
}
