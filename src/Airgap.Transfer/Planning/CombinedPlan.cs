using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Combines several plans into one, for an archive that shares their layers.</summary>
internal static class CombinedPlan
{
    /// <summary>A plan whose root records its projects, so that it is found again among others.</summary>
    /// <param name="plan">The plan of a bundle or image.</param>
    /// <param name="owners">The projects, in order, separated by spaces; empty for none.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LockSharesNoArchive"/>.</exception>
    public static TransferPlan RequestedBy(TransferPlan plan, string owners)
    {
        if (plan.Root is not { } root)
        {
            throw new AirgapException(
                ErrorCode.LockSharesNoArchive,
                $"{plan.Source} is a list of images, whose order and annotations need a whole archive: it cannot share one.",
                "Give it its own archive.");
        }

        PlannedItem asked = root with { Owners = owners };
        return plan with { Root = asked, Items = [.. plan.Items.Select(item => item == root ? asked : item)] };
    }

    /// <summary>The combined plan: each image once, each blob once, in one order.</summary>
    /// <param name="source">Its source.</param>
    /// <param name="plans">The plans, the newest first: if a blob has several sources, that of the first plan is
    /// used.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SharedNameConflict"/>, <see cref="ErrorCode.SizeMismatch"/>.</exception>
    public static TransferPlan Of(RelocationSource source, IReadOnlyList<TransferPlan> plans)
    {
        Dictionary<(string Source, string? Tag), PlannedItem> items = [];
        SortedDictionary<Digest, PlannedBlob> blobs = [];
        // An image may be signed again between two plans: the first plan is the newest.
        Dictionary<(RepositoryName, string), Digest> signatures = [];
        foreach (TransferPlan plan in plans)
        {
            foreach (PlannedItem item in plan.Items)
            {
                if (CosignTags.IsOne(item.Tag) && !signatures.TryAdd((item.Source.Repository, item.Tag!), item.Digest)
                    && signatures[(item.Source.Repository, item.Tag!)] != item.Digest)
                    continue;
                (string, string?) key = (item.Source.ToString(), item.Tag);
                items[key] = items.TryGetValue(key, out PlannedItem? known) ? Joined(known, item) : item;
            }

            foreach (PlannedBlob blob in plan.Blobs)
                Add(blobs, blob);
        }

        RefuseConflicts(items.Values);
        PlannedItem[] joined = [.. JoinedIndexes.In(items.Values, plans.SelectMany(plan => plan.Items))];
        HashSet<Digest> used = [
            .. joined.SelectMany(item => item.Content.SelfAndDescendants()).SelectMany(node => node.Blobs)
            .Select(blob => blob.Digest)];
        ImmutableArray<SkippedLayer> skipped =
            [.. plans.SelectMany(plan => plan.SkippedLayers).Where(layer => !used.Contains(layer.Layer.Digest)).Distinct()];
        return new TransferPlan
        {
            Source = source,
            Items = [.. joined.OrderBy(item => item.Digest).ThenBy(item => item.Source.ToString(), StringComparer.Ordinal)
                .ThenBy(item => item.Tag, StringComparer.Ordinal)],
            Bundles = [.. plans.SelectMany(plan => plan.Bundles).DistinctBy(bundle => bundle.Digest)],
            Blobs = [.. blobs.Values.Where(blob => used.Contains(blob.Descriptor.Digest))],
            SkippedLayers = skipped,
            Derived = DerivedManifest.In(plans.SelectMany(plan => plan.Derived), joined),
            Failures = [.. plans.SelectMany(plan => plan.Failures).Distinct()],
            Warnings = [.. Warnings(plans, skipped)],
            Retries = plans.Sum(plan => plan.Retries),
        };
    }

    // Of non-distributable layers, each plan knows only its own images.
    private static IEnumerable<Diagnostic> Warnings(IReadOnlyList<TransferPlan> plans, ImmutableArray<SkippedLayer> skipped)
    {
        bool isNeedless = plans.All(plan => plan.Warnings.Any(warning => warning.Code == ErrorCode.NoLayersToInclude));
        IEnumerable<Diagnostic> others = plans.SelectMany(plan => plan.Warnings).Where(warning =>
            warning.Code != ErrorCode.LayersSkipped && (isNeedless || warning.Code != ErrorCode.NoLayersToInclude));
        return (SkippedLayer.Tell(skipped) is { } told ? others.Prepend(told) : others).Distinct();
    }

    /// <summary>The projects of both, in order.</summary>
    public static string? Owners(string? one, string? other) => one is null || other is null
        ? one ?? other
        : string.Join(' ', $"{one} {other}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal));

    private static PlannedItem Joined(PlannedItem known, PlannedItem item) => known with
    {
        Content = known.Content.StoredConfig is null ? item.Content : known.Content,
        OriginalReference = known.OriginalReference.Length > 0 ? known.OriginalReference : item.OriginalReference,
        IsRootBundle = known.IsRootBundle || item.IsRootBundle,
        IsBundle = known.IsBundle || item.IsBundle,
        Owners = Owners(known.Owners, item.Owners),
    };

    private static void Add(SortedDictionary<Digest, PlannedBlob> blobs, PlannedBlob blob)
    {
        if (blobs.TryAdd(blob.Descriptor.Digest, blob) || blobs[blob.Descriptor.Digest].Descriptor.Size == blob.Descriptor.Size)
            return;
        throw new AirgapException(
            ErrorCode.SizeMismatch,
            "An image states that " +
            $"{blob.Descriptor.Digest} has {blob.Descriptor.Size} bytes, but another image states " +
            $"{blobs[blob.Descriptor.Digest].Descriptor.Size}.",
            "One of the two images is invalid; push it again.")
        { Digest = blob.Descriptor.Digest.ToString() };
    }

    private static void RefuseConflicts(IEnumerable<PlannedItem> items)
    {
        foreach ((string name, PlannedItem[] distinct) in TagConflicts.Find(items, item => $"{item.Source.Repository}:{item.Tag}"))
        {
            throw new AirgapException(
                ErrorCode.SharedNameConflict,
                $"{name} points to both {distinct[0].Digest} and {distinct[1].Digest}, but an " +
                "archive can contain only one of them under that name.",
                "If the tag was just moved, run it again, or publish the other project that shares the archive. Two selections from " +
                "one bundle need an archive each.")
            { Reference = name };
        }
    }
}
