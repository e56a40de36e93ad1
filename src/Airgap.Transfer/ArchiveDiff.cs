using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer;

/// <summary>The differences between two archives.</summary>
internal sealed record ArchiveDiff
{
    /// <summary>The images that only the second has, with the bytes they add.</summary>
    public required ImmutableArray<AddedImage> Added { get; init; }

    /// <summary>The images that only the first has.</summary>
    public required ImmutableArray<ImageReference> Gone { get; init; }

    /// <summary>The Packages of its root bundles that only the second has.</summary>
    public required ImmutableArray<string> AddedPackages { get; init; }

    /// <summary>The Packages that only the first has.</summary>
    public required ImmutableArray<string> GonePackages { get; init; }

    /// <summary>The blobs that the second has and the first neither contains nor requires.</summary>
    public required BlobCount Blobs { get; init; }

    /// <summary>The layers that the first requires from its bases; null for a full archive.</summary>
    public DeltaNotes? FirstDelta { get; init; }

    /// <summary>The layers that the second requires from its bases; null for a full archive.</summary>
    public DeltaNotes? SecondDelta { get; init; }

    /// <summary>Compares two archives by their lists. Reads only the layers of bundles.</summary>
    /// <exception cref="AirgapException">A code of an archive that cannot be read.</exception>
    public static async Task<ArchiveDiff> OfAsync(string first, string second, CancellationToken cancellationToken)
    {
        TransferPlan a = await PlanAsync(first, cancellationToken);
        TransferPlan b = await PlanAsync(second, cancellationToken);
        HashSet<Digest> known = [.. a.Blobs.Select(blob => blob.Descriptor.Digest)];
        HashSet<Digest> old = [.. a.Items.Select(item => item.Digest)];
        HashSet<Digest> now = [.. b.Items.Select(item => item.Digest)];
        string[] before = [.. PackagesOf(a)];
        string[] after = [.. PackagesOf(b)];
        BlobCount all = BlobCount.Sum(
            b.Blobs.Where(blob => !known.Contains(blob.Descriptor.Digest)).Select(blob => new BlobCount(1, blob.Descriptor.Size)));

        // A blob of several images counts for the first of them.
        ImmutableArray<AddedImage>.Builder added = ImmutableArray.CreateBuilder<AddedImage>();
        foreach (PlannedItem item in b.Items.Where(item => !old.Contains(item.Digest)).DistinctBy(item => item.Digest))
        {
            IEnumerable<Descriptor> fresh =
                item.Content.SelfAndDescendants().SelectMany(node => node.Blobs).Where(blob => known.Add(blob.Digest));
            added.Add(new AddedImage(
                item.Source, item.IsBundle, item.Content.Manifest.IsIndex,
                BlobCount.Sum(fresh.Select(blob => new BlobCount(1, blob.Size)))));
        }

        return new ArchiveDiff
        {
            Added = added.ToImmutable(),
            Gone = [.. a.Items.Where(item => !now.Contains(item.Digest)).Select(item => item.Source).Distinct()],
            AddedPackages = [.. after.Except(before, StringComparer.Ordinal)],
            GonePackages = [.. before.Except(after, StringComparer.Ordinal)],
            Blobs = all,
            FirstDelta = a.SourceDelta,
            SecondDelta = b.SourceDelta,
        };
    }

    private static async Task<TransferPlan> PlanAsync(string path, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(new RelocationSource.Archive(path), cancellationToken);
        TransferPlan plan = await new ArchivePlanner(archive, new PlanOptions { IncludeNonDistributableLayers = true }).PlanAsync(
            new RelocationSource.Archive(path), cancellationToken);
        return plan with { Blobs = [.. plan.Blobs.Where(blob => blob.Content is not MissingLayerContent)] };
    }

    private static IEnumerable<string> PackagesOf(TransferPlan plan) =>
        plan.Bundles.SelectMany(bundle => bundle.Packages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}

/// <summary>An image that an archive adds.</summary>
/// <param name="Image">The image at its origin, by digest.</param>
/// <param name="IsBundle">True for a bundle.</param>
/// <param name="IsIndex">True for an index.</param>
/// <param name="Blobs">Its configs and layers that neither the other archive nor an earlier image has.</param>
internal sealed record AddedImage(ImageReference Image, bool IsBundle, bool IsIndex, BlobCount Blobs);
