using Airgap.Oci;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Merges a plan's relocations to the same archive into one, so that each shard writes one part of the archive.
/// </summary>
internal static class MergedRelocations
{
    /// <summary>Merges relocations.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LockSharesNoArchive"/>, <see cref="ErrorCode.SharedNameConflict"/>,
    /// <see cref="ErrorCode.SizeMismatch"/>: they cannot share an archive.</exception>
    public static IReadOnlyList<RunPlan> Of(IReadOnlyList<RunPlan> runs)
    {
        List<RunPlan> joined = [];
        foreach (IGrouping<object, RunPlan> place in runs.GroupBy(run => run.Destination is RelocationDestination.Archive archive
            ? archive.Path : (object)run))
        {
            RunPlan[] same = [.. place];
            joined.Add(same.Length == 1 ? same[0] : same[0] with
            {
                Plan = CombinedPlan.Of(
                    new RelocationSource.Several([.. same.Select(run => run.Plan.Source)]),
                    [.. same.Select(run => CombinedPlan.RequestedBy(run.Plan, ""))])
            });
        }

        return joined;
    }

    /// <summary>The archive of several relocations; null for none.</summary>
    public static string? FindArchiveOfSeveral(IEnumerable<RunPlan> runs) => runs.Select(run => run.Destination)
        .OfType<RelocationDestination.Archive>().GroupBy(archive => archive.Path).FirstOrDefault(same => same.Count() > 1)?.Key;
}
