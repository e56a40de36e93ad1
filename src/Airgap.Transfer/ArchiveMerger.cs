using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Planning.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer;

/// <summary>
/// Joins a delta with its bases. The result equals, byte for byte, the full archive that would have been written
/// instead. Opens no connection.
/// </summary>
internal static class ArchiveMerger
{
    /// <summary>Joins a chain.</summary>
    /// <param name="paths">The archives, oldest first.</param>
    /// <param name="destination">The output, which gets its name when it is complete and verified.</param>
    /// <param name="options">The options.</param>
    /// <param name="observer">Receives progress events; null for none.</param>
    /// <param name="cancellationToken">Cancels it; no file then has the name.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenChain"/>, <see cref="ErrorCode.BaseIsOutput"/>, or a code of an archive
    /// or the disk.</exception>
    public static async Task<TransferResult> MergeAsync(
        IReadOnlyList<string> paths, RelocationDestination.Archive destination, TransferOptions options, ITransferObserver? observer,
        CancellationToken cancellationToken)
    {
        observer ??= SilentObserver.Instance;
        OutputConflicts.Check(paths, destination.Path);
        observer.PhaseStarted(TransferPhase.Planning, null);
        ArchiveChain chain = await ChainReader.OpenAsync(paths, cancellationToken);
        TransferPlan plan = await PlanAsync(chain, cancellationToken);
        await CheckListAsync(chain, plan, destination, cancellationToken);
        AdaptiveConcurrency places = new(options.Concurrency, options.MostConcurrency, () => 0, TimeProvider.System);
        await using ArchiveTarget target =
            new(destination.Path, destination.Format, destination.VolumeSize, plan, options, places, observer);
        using TransferEngine engine = new(plan, target, options, places, observer);
        return await engine.RunAsync(destination, cancellationToken);
    }

    private static async Task<TransferPlan> PlanAsync(ArchiveChain chain, CancellationToken cancellationToken)
    {
        PlanOptions options = new() { IncludeNonDistributableLayers = true };
        TransferPlan plan = await new ArchivePlanner(chain, options).PlanAsync(new RelocationSource.Archive(chain.Path), cancellationToken);
        // Non-distributable layers were left out of all archives, unless they were requested.
        HashSet<Digest> left = [.. plan.Blobs.Where(blob => blob.Content is MissingLayerContent).Select(blob => blob.Descriptor.Digest)];
        return (left.Count == 0 ? plan : DeltaPlan.Without(plan, left)) with
        {
            SourceDelta = null,
            Warnings = [],
            Derived = plan.SourceDerived
        };
    }

    // The list of images was written by the delta's writer; if it cannot be reproduced, the joined archive would
    // differ.
    private static async Task CheckListAsync(
        ArchiveChain chain, TransferPlan plan, RelocationDestination.Archive destination, CancellationToken cancellationToken)
    {
        ArchiveFormat own = chain.InfersRoot ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg;
        if (destination.Format != own)
            return;
        Digest list = own == ArchiveFormat.LayoutTar
            ? Digest.Compute(LayoutIndexWriter.Write(plan).Span) : ArchiveLayout.ListDigestOf(plan);
        if (list != await chain.ReadListDigestAsync(cancellationToken))
            throw chain.Invalid("its list of images differs from the one this version writes, so the joined archive would differ");
    }
}
