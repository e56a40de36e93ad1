using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Transfer;

/// <summary>
/// An archive that an earlier run wrote of the very source, by the digest that is asked for now. As a digest has one content, it is found
/// whole without a request: all that a plan needs stands in it, and every byte is hashed again.
/// </summary>
internal static class UpToDateArchive
{
    /// <summary>Finds it.</summary>
    /// <param name="destination">Where it would be, and how it would be written.</param>
    /// <param name="source">What it would be of.</param>
    /// <param name="options">The plan's options, with the digest of a tag that is pinned.</param>
    /// <param name="observer">Learns why there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The plan by which a run would write this archive to the byte; null when the source has to be asked.</returns>
    public static async Task<TransferPlan?> FindAsync(
        RelocationDestination.Archive destination, RelocationSource source, PlanOptions options, ITransferObserver observer,
        CancellationToken cancellationToken)
    {
        string path = destination.Path;
        if ((destination.VolumeSize is null ? !File.Exists(path) : !FoundList.Lies(path))
            || WantedRoot.Of(source, options) is not { } wanted)
            return null;
        try
        {
            ArchiveFile file = destination.VolumeSize is null ? path : await PartFinder.FindAsync(path, [], cancellationToken);
            TransferPlan plan = await new ArchivePlanner(await AnyArchive.OpenAsync(file, cancellationToken), options)
                .PlanAsync(source, cancellationToken);
            if (!wanted.IsRootOf(plan))
                return null;
            ArchiveLayout layout = ArchiveFormats.LayOut(plan, destination.Format);
            if (destination.VolumeSize is { } most && !StandingParts.Find(PartPlan.Create(path, layout.Length, most), observer).Any())
                return null;
            return await new EarlierArchive(layout, observer).IsWholeAsync(file, cancellationToken) ? plan : null;
        }
        catch (AirgapException e)
        {
            observer.Detail($"'{path}' is written again: {e.Message}");
            return null;
        }
    }
}
