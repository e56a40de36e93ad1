using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Transfer;

/// <summary>
/// An archive of an earlier run from the same source with the requested digest. Since a digest determines the content,
/// the archive is verified without requests: it contains everything that a plan needs, and every byte is hashed again.
/// </summary>
internal static class UpToDateArchive
{
    /// <summary>Finds it.</summary>
    /// <param name="destination">Its path and format.</param>
    /// <param name="source">The source.</param>
    /// <param name="options">The plan's options, with the digest of a tag that is pinned.</param>
    /// <param name="observer">Receives the reason if there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The plan by which a run would write exactly this archive; null when the source must be asked.</returns>
    public static async Task<TransferPlan?> FindAsync(
        RelocationDestination.Archive destination, RelocationSource source, PlanOptions options, ITransferObserver observer,
        CancellationToken cancellationToken)
    {
        string path = destination.Path;
        if ((destination.VolumeSize is null ? !File.Exists(path) : !FoundList.Lies(path))
            || ExpectedRoot.Of(source, options) is not { } wanted)
            return null;
        try
        {
            ArchiveFile file = destination.VolumeSize is null ? path : await PartFinder.FindAsync(path, [], cancellationToken);
            TransferPlan plan = await new ArchivePlanner(await AnyArchive.OpenAsync(file, cancellationToken), options)
                .PlanAsync(source, cancellationToken);
            if (!wanted.IsRootOf(plan, options))
                return null;
            ArchiveLayout layout = ArchiveFormats.LayOut(plan, destination.Format);
            if (destination.VolumeSize is { } most && !EarlierParts.Find(PartPlan.Create(path, layout.Length, most), observer).Any())
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
