using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// The parts that an earlier run wrote, if all of them and their list exist. If anything is wrong with them, they are written again.
/// </summary>
internal static class EarlierParts
{
    /// <summary>The parts that a plan would write, if they exist.</summary>
    public static IEnumerable<ArchiveFile> Find(PartPlan plan, ITransferObserver observer) => FindAny(plan.Archive, observer)
        .Where(file => file.Pieces.Length == plan.Count && file.Pieces[0].Length == plan.SizeOf(0)
            && file.Pieces[^1].Start == plan.StartOf(plan.Count - 1));

    /// <summary>The existing parts of an archive: one set, or none.</summary>
    public static IEnumerable<ArchiveFile> FindAny(string path, ITransferObserver observer)
    {
        try
        {
            return FoundList.Find(path, []) is { } found ? [PartFinder.Find(found)] : [];
        }
        catch (AirgapException e)
        {
            observer.Detail($"Nothing is reused from the parts of '{path}': {e.Message}");
            return [];
        }
    }
}
