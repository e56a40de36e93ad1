using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer;

/// <summary>The root of the archive that a source would be written as, if that is known without a request.</summary>
internal sealed record ExpectedRoot(RepositoryName Repository, Digest Digest, string? Tag, bool IsBundle, bool HasOrigin)
{
    /// <summary>The root of a source; null if its digest is not known.</summary>
    public static ExpectedRoot? Of(RelocationSource source, PlanOptions options) => source switch
    {
        RelocationSource.Bundle { Reference: var bundle } when (bundle.Digest ?? options.Pin) is { } digest =>
            new(bundle.Repository, digest, bundle.Digest is null ? bundle.Tag : null, IsBundle: true, HasOrigin: true),
        RelocationSource.Image { Reference: var image } when (image.Digest ?? options.Pin) is { } digest =>
            new(image.Repository, digest, image.Digest is null ? image.Tag : null, IsBundle: false, HasOrigin: false),
        RelocationSource.Lock { Path: var path } when LockFile.Read(path) is LockFileContent.OfBundle { Lock: var bundle } =>
            new(bundle.Image.Repository, bundle.Image.Digest!.Value, bundle.Tag.Length > 0 ? bundle.Tag : null,
                IsBundle: true, HasOrigin: false),
        _ => null,
    };

    /// <summary>True for an archive's item that is identified by name.</summary>
    public bool Is(ArchivedItem item) => item.Source.Repository == Repository && item.Content.Manifest.Digest == Digest && item.Tag == Tag;

    /// <summary>True for the plan of it that omits exactly the requested images of indexes.</summary>
    public bool IsRootOf(TransferPlan plan, PlanOptions options) =>
        IsRootOf(plan) && IndexesOf(plan).All(index => OmittedBy(options, index).SetEquals(index.LeftOut));

    /// <summary>
    /// True for the plan of it that has at least the requested images of indexes: an archive of several projects may have more.
    /// </summary>
    public bool IsRootOfAtLeast(TransferPlan plan, PlanOptions options) =>
        IsRootOf(plan) && IndexesOf(plan).All(index => OmittedBy(options, index).IsSupersetOf(index.LeftOut));

    private bool IsRootOf(TransferPlan plan) => plan.Root is { } root
        && root.Source.Repository == Repository && root.Digest == Digest && root.Tag == Tag
        && root.IsBundle == IsBundle && root.OriginalReference.Length > 0 == HasOrigin;

    // A bundle keeps its digest, whatever is omitted from the indexes that it pins.
    private static IEnumerable<PlannedManifest> IndexesOf(TransferPlan plan) =>
        plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => node.Manifest.IsIndex);

    private static ImmutableHashSet<Digest> OmittedBy(PlanOptions options, PlannedManifest index) =>
        options.LeftOut.GetValueOrDefault(index.Manifest.Digest) ?? [];
}
