using System.Collections.Immutable;
using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer;

/// <summary>Finds up-to-date archives, which a relocation would only write again.</summary>
/// <param name="registry">The registries, asked only for artifacts attached to images.</param>
/// <param name="observer">Receives the result.</param>
internal sealed class UpToDateFinder(IRegistry registry, ITransferObserver observer)
{
    /// <summary>
    /// Finds an up-to-date archive at the destination: the source names its content by digest, and the archive is
    /// complete. Sends no requests.
    /// </summary>
    /// <returns>The result of a relocation that finds everything there; null when there is no such archive.</returns>
    public async Task<TransferResult?> FindAsync(
        RelocationSource source, RelocationDestination.Archive destination, PlanOptions options, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        // The base of a delta may have changed.
        if (!options.Bases.IsEmpty)
            return null;
        if (await UpToDateArchive.FindAsync(destination, source, options, observer, cancellationToken) is not { } plan)
            return null;
        if (!await HasItsArtifactsAsync(plan, options, cancellationToken))
            return null;
        observer.Detail(
            $"'{destination.Path}' contains {plan.Root!.Source} and is complete; it is left " +
            $"alone{(options.Artifacts ? "" : ", and no registry is asked")}.");
        foreach (Diagnostic warning in plan.Warnings)
            observer.Warning(warning);
        return ResultOf(plan, destination, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>
    /// The same for a project's items in an archive that it shares with others. Sends only requests for artifacts
    /// attached to images.
    /// </summary>
    /// <param name="shared">The existing archive.</param>
    /// <param name="destination">The same, as it would be written.</param>
    /// <param name="items">The requested items, with the options of their plans.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A result for each item; null when the sources must be asked.</returns>
    public async Task<ImmutableArray<TransferResult>?> FindAsync(
        SharedArchive shared, RelocationDestination.Archive destination,
        IReadOnlyList<(RelocationSource Source, PlanOptions Options)> items, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        if (items.Any(item => !item.Options.Bases.IsEmpty) || await shared.FindUpToDateAsync(items, cancellationToken) is not { } plans)
            return null;
        for (int i = 0; i < plans.Length; i++)
        {
            if (!await HasItsArtifactsAsync(plans[i], items[i].Options, cancellationToken))
                return null;
        }

        observer.Detail($"'{destination.Path}' contains everything requested and is complete; it is left unchanged.");
        foreach (Diagnostic warning in plans.SelectMany(plan => plan.Warnings))
            observer.Warning(warning);
        return [.. plans.Select(plan => ResultOf(plan, destination, Stopwatch.GetElapsedTime(started)))];
    }

    private static TransferResult ResultOf(TransferPlan plan, RelocationDestination destination, TimeSpan elapsed)
    {
        ImmutableArray<RelocatedItem> items = [.. plan.Items.Select(item => new RelocatedItem(item, null, BlobOutcome.Present, []))];
        return new TransferResult
        {
            Plan = plan,
            Destination = destination,
            Items = items,
            Root = items.First(item => item.Item == plan.Root),
            Blobs = [.. plan.Blobs.Select(blob => new RelocatedBlob(blob.Descriptor, BlobOutcome.Present))],
            Elapsed = elapsed,
            Warnings = plan.Warnings,
        };
    }

    // Artifacts may be attached to an image after its push, which its digest does not show, so its source is asked.
    private async Task<bool> HasItsArtifactsAsync(TransferPlan plan, PlanOptions options, CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedItem> images = AttachedItems.Without(plan.Items);
        if (!options.Artifacts)
            return options.CosignSignatures || images.Length == plan.Items.Length;
        try
        {
            using RegistryPlanner planner = new(registry, options, observer);
            IReadOnlyCollection<PlannedItem> now = await planner.FindArtifactsAsync(plan.Source, plan.Items, images, cancellationToken);
            return plan.Items.Select(item => (item.Digest, item.Tag)).ToHashSet().SetEquals(now.Select(item => (item.Digest, item.Tag)));
        }
        catch (AirgapException e) when (e.Code is ErrorCode.RegistryUnreachable)
        {
            observer.Warning(new Diagnostic(
                ErrorCode.ArtifactsUnread,
                $"Artifacts attached to {plan.Root!.Source} after its archive was written are unknown: {e.Message}",
                "Publish again when the source can be reached, or relocate without artifacts."));
            return true;
        }
    }
}
