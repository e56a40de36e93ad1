using System.Collections.Immutable;
using System.Diagnostics;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Planning.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer;

/// <summary>Relocates bundles, images and locks: makes a plan of the source and carries it out.</summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Receives progress events; null for none.</param>
public sealed class Relocator(IRegistry registry, ITransferObserver? observer = null)
{
    private readonly ITransferObserver _observer = observer ?? SilentObserver.Instance;

    /// <summary>Reads the source and determines everything that has to move. Moves nothing.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">1xxx: a registry; 2xxx: the source is not what it should be; 3xxx: a file.</exception>
    public Task<TransferPlan> PlanAsync(RelocationSource source, PlanOptions options, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => ReadPlanAsync(source, options, cancellationToken));

    private async Task<TransferPlan> ReadPlanAsync(RelocationSource source, PlanOptions options, CancellationToken cancellationToken)
    {
        _observer.PhaseStarted(TransferPhase.Planning, null);
        using Activity? span = RelocationTelemetry.Begin(TransferPhase.Planning);
        long retries = registry.Statistics.Retries;
        DestinationState? state = null;
        if (options.Destination is { } destination && source is not RelocationSource.Archive)
        {
            // Requested while the source is being read, so that the latencies overlap. An archive is read quickly, and a damaged one should
            // cause no requests.
            state = new DestinationState(registry.GetRepository(destination), _observer, options.UploadsAhead);
            state.Begin(cancellationToken);
        }

        // On one host, the first request goes ahead of all others, and more of them wait for the source's.
        Task<TransferPlan> making = MakePlanAsync(source, options, state, cancellationToken);
        state?.List();
        TransferPlan plan = await making;
        state?.End();
        foreach (Airgap.Oci.Diagnostic warning in plan.Warnings)
            _observer.Warning(warning);
        return plan with { State = state, Trace = span?.Context ?? default, Retries = registry.Statistics.Retries - retries };
    }

    /// <summary>
    /// Carries out a plan. When it returns, everything is at the destination and verified, except the
    /// <see cref="TransferResult.Failures"/> of a run that keeps going; when it throws, or with failures, nothing there
    /// looks finished.
    /// </summary>
    /// <exception cref="Airgap.Oci.AirgapException">1xxx: a registry; 2xxx: the archive; 3xxx: a file.</exception>
    public Task<TransferResult> RunAsync(
        TransferPlan plan, RelocationDestination destination, TransferOptions options, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => CarryOutAsync(plan, destination, options, cancellationToken));

    private async Task<TransferResult> CarryOutAsync(
        TransferPlan plan, RelocationDestination destination, TransferOptions options, CancellationToken cancellationToken)
    {
        TagConflicts.Check(plan, destination);
        plan = CarriedRecord.Of(plan, destination, options);
        AdaptiveConcurrency places = PlacesOf(options);
        long retries = registry.Statistics.Retries;
        await using ITransferTarget target = TargetOf(plan, destination, options, places);
        using TransferEngine engine = new(plan, target, options, places, _observer);
        TransferResult result = await engine.RunAsync(destination, cancellationToken);
        result = await result.ReachedThroughAsync(registry, cancellationToken);
        return result with { Retries = plan.Retries + registry.Statistics.Retries - retries };
    }

    /// <summary>
    /// Determines what <see cref="RunAsync"/> would do with a plan. Sends only requests that read, and writes no file.
    /// </summary>
    /// <exception cref="Airgap.Oci.AirgapException">1xxx: a registry; 2xxx: the archive; 3xxx: a file.</exception>
    public Task<TransferForecast> ForecastAsync(
        TransferPlan plan, RelocationDestination destination, TransferOptions options, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => LookAheadAsync(plan, destination, options, cancellationToken));

    private async Task<TransferForecast> LookAheadAsync(
        TransferPlan plan, RelocationDestination destination, TransferOptions options, CancellationToken cancellationToken)
    {
        TagConflicts.Check(plan, destination);
        plan = CarriedRecord.Of(plan, destination, options);
        await using ITransferTarget target = TargetOf(plan, destination, options, PlacesOf(options));
        return await new Forecaster(plan, target).RunAsync(destination, cancellationToken);
    }

    /// <inheritdoc cref="UpToDateFinder.FindAsync(RelocationSource, RelocationDestination.Archive, PlanOptions, CancellationToken)"/>
    internal Task<TransferResult?> FindUpToDateAsync(
        RelocationSource source, RelocationDestination.Archive destination, PlanOptions options, CancellationToken cancellationToken) =>
        new UpToDateFinder(registry, _observer).FindAsync(source, destination, options, cancellationToken);

    /// <inheritdoc cref="UpToDateFinder.FindAsync(SharedArchive, RelocationDestination.Archive, IReadOnlyList{ValueTuple{RelocationSource, PlanOptions}}, CancellationToken)"/>
    internal Task<ImmutableArray<TransferResult>?> FindUpToDateAsync(
        SharedArchive shared, RelocationDestination.Archive destination,
        IReadOnlyList<(RelocationSource Source, PlanOptions Options)> items, CancellationToken cancellationToken) =>
        new UpToDateFinder(registry, _observer).FindAsync(shared, destination, items, cancellationToken);

    private AdaptiveConcurrency PlacesOf(TransferOptions options) =>
        new(options.Concurrency, options.MostConcurrency, () => registry.LoadRefusals, TimeProvider.System);

    private ITransferTarget TargetOf(
        TransferPlan plan, RelocationDestination destination, TransferOptions options, AdaptiveConcurrency places) => destination switch
        {
            RelocationDestination.Repository to => new RegistryTarget(registry, to.Name, plan, options, _observer, places),
            RelocationDestination.Archive { Format: ArchiveFormat.LayoutFolder } to => new LayoutFolderTarget(to.Path, plan, _observer),
            RelocationDestination.Archive to => new ArchiveTarget(to.Path, to.Format, to.VolumeSize, plan, options, places, _observer),
            _ => throw new ArgumentException("Unknown destination.", nameof(destination)),
        };

    private async Task<TransferPlan> MakePlanAsync(
        RelocationSource source, PlanOptions options, DestinationState? state, CancellationToken cancellationToken)
    {
        TransferPlan plan = await MakeFullPlanAsync(source, options, state, cancellationToken);
        return await LeaveOutAsync(plan, options, cancellationToken);
    }

    /// <summary>The plan of an archive with <see cref="PlanOptions.Bases"/>.</summary>
    internal Task<TransferPlan> LeaveOutAsync(TransferPlan plan, PlanOptions options, CancellationToken cancellationToken) =>
        options.Bases.IsEmpty ? Task.FromResult(plan) : new BaseReader(registry, options, _observer).LeaveOutAsync(plan, cancellationToken);

    private async Task<TransferPlan> MakeFullPlanAsync(
        RelocationSource source, PlanOptions options, DestinationState? state, CancellationToken cancellationToken)
    {
        if (source is RelocationSource.Archive from)
            return await new ArchivePlanner(await AnyArchive.OpenAsync(from, cancellationToken), options)
                .PlanAsync(source, cancellationToken);

        if (source is RelocationSource.Several several)
        {
            List<TransferPlan> plans = [];
            foreach (RelocationSource each in several.Sources)
                plans.Add(CombinedPlan.RequestedBy(await MakeFullPlanAsync(each, options, state, cancellationToken), ""));
            return CombinedPlan.Of(source, plans);
        }

        using RegistryPlanner planner = new(registry, options, _observer, state);
        if (options.EarlierArchive is { } earlier)
            await planner.LearnFromArchiveAsync(earlier, cancellationToken);
        foreach (DeltaSource.Archive known in options.Bases.OfType<DeltaSource.Archive>())
            await planner.LearnFromArchiveAsync(known.Path, cancellationToken);
        switch (source)
        {
            case RelocationSource.Bundle { Reference: var reference }:
                return await planner.PlanBundleAsync(
                    source, Pinned(reference, options), TagOf(reference), recordOrigins: true, cancellationToken);
            case RelocationSource.Image { Reference: var reference }:
                return await planner.PlanImageAsync(source, Pinned(reference, options), TagOf(reference), cancellationToken);
            case RelocationSource.Lock file:
                return LockFile.Read(file.Path) switch
                {
                    LockFileContent.OfBundle { Lock: var bundle } =>
                        await planner.PlanBundleAsync(
                            source, bundle.Image, bundle.Tag.Length == 0 ? null : bundle.Tag, recordOrigins: false, cancellationToken),
                    LockFileContent.OfImages { Lock: var images } =>
                        await planner.PlanLockAsync(source, images, file.Path, cancellationToken),
                    _ => throw new InvalidOperationException("Unknown kind of lock."),
                };
            default:
                throw new ArgumentException("Unknown source.", nameof(source));
        }
    }

    // In imgpkg, a digest takes precedence, and no tag is moved.
    private static string? TagOf(ImageReference reference) => reference.Digest is null ? reference.Tag : null;

    private static ImageReference Pinned(ImageReference reference, PlanOptions options) =>
        reference.Digest is null && options.Pin is { } pin ? reference.WithDigest(pin) : reference;
}
