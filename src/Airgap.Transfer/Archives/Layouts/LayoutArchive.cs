using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// Lays out the tar of a plan as an OCI layout: first the lists, then manifests, then configs and layers, each content
/// once.
/// </summary>
internal static class LayoutArchive
{
    /// <summary>The layout of the tar.</summary>
    public static ArchiveLayout Create(TransferPlan plan)
    {
        ReadOnlyMemory<byte> index = LayoutIndexWriter.Write(plan);
        PlannedManifest[] manifests = [.. ManifestsOf(plan)];
        ImmutableArray<ArchiveText> head =
        [
            new(LayoutNames.Marker, LayoutNames.MarkerBytes),
            new(LayoutNames.Index, index),
            .. manifests.Select(node =>
                new ArchiveText(LayoutNames.NameOf(node.Manifest.Digest), node.Manifest.Descriptor.Size, () => [node.Manifest.Bytes])),
        ];
        HashSet<Digest> written = [.. manifests.Select(node => node.Manifest.Digest)];
        return ArchiveLayout.Create(
            head, plan.Blobs.Where(blob => !written.Contains(blob.Descriptor.Digest)), LayoutNames.NameOf,
            ArchiveNotes.Write(plan, Digest.Compute(index.Span)));
    }

    /// <summary>The manifests of a plan, each once, in ascending order of digest.</summary>
    public static IEnumerable<PlannedManifest> ManifestsOf(TransferPlan plan) => plan.Items
        .SelectMany(item => item.Content.SelfAndDescendants())
        .DistinctBy(node => node.Manifest.Digest)
        .OrderBy(node => node.Manifest.Digest);
}
