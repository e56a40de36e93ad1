using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>A mirror as a source, to which an earlier relocation deliberately did not copy some images of indexes.</summary>
internal static class SparseSource
{
    /// <summary>The warning about a plan; null if only this run's own selection is left out.</summary>
    public static Diagnostic? Warning(IEnumerable<PlannedItem> items, PlanOptions options)
    {
        PlannedManifest[] indexes = [
            .. items.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => node.Manifest.IsIndex)
            .DistinctBy(node => node.Manifest.Digest)];
        int left = indexes.SelectMany(index => index.LeftOut.Except(options.LeftOut.GetValueOrDefault(index.Manifest.Digest) ?? []))
            .Distinct().Count();
        return left == 0 ? null : new Diagnostic(
            ErrorCode.SparseSource,
            $"{left} {(left == 1 ? "image" : "images")} of indexes {(left == 1 ? "is" : "are")} not at the source, where an earlier " +
            $"relocation left {(left == 1 ? "it" : "them")} out by choice, and {(left == 1 ? "is" : "are")} not relocated.",
            "If they are needed, relocate from a source with complete indexes.");
    }
}
