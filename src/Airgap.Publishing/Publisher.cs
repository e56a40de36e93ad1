using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Relocates a project's items and writes their artifacts: the common part of the MSBuild task and <c>dotnet airgap
/// publish</c>.
/// </summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Receives progress events and warnings; null for none.</param>
internal sealed class Publisher(IRegistry registry, ITransferObserver? observer = null)
{
    private readonly PublishWarnings _warnings = new(observer);

    /// <summary>The list of files that a clean removes; null to keep none.</summary>
    internal PublishedFileList? Artifacts { get; init; }

    /// <summary>
    /// Called for each artifact as soon as it is written, so that artifacts of a run that fails later are also known;
    /// null for none.
    /// </summary>
    public Action<PublishedFile>? OnArtifact { get; init; }

    /// <summary>
    /// Asks a mirror without credentials, like a cluster without a Secret, for a PackageRepository that names no
    /// Secret; null to not ask.
    /// </summary>
    internal Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>Returns the number of retries, for the reports; null if they are not counted.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <summary>The plans that an earlier stage made, to be carried out; null to make them.</summary>
    internal IPrecomputedPlans? Given { get; init; }

    /// <inheritdoc cref="PublishWarnings.Fails"/>
    public Func<ErrorCode, bool>? Fails { init => _warnings.Fails = value; }

    /// <summary>The warnings so far.</summary>
    internal PublishWarnings Warnings => _warnings;

    private PublishNotices Notices => new(_warnings);

    private ItemPreparer Preparer => new(registry, Notices, Given);

    /// <inheritdoc cref="ItemPreparer.Validate"/>
    public ImmutableArray<Diagnostic> Validate(IReadOnlyList<PublishItem> items, PublishSettings settings) =>
        Preparer.Validate(items, settings);

    /// <inheritdoc cref="ItemPreparer.PrepareAsync"/>
    internal Task<PreparedPublish> PrepareAsync(
        IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken) =>
        Preparer.PrepareAsync(items, settings, cancellationToken);

    /// <summary>Prepares the items without publishing them, to find their problems. Writes nothing.</summary>
    /// <returns>All problems; empty for items that <see cref="Validate"/> refuses.</returns>
    public async Task<ImmutableArray<Diagnostic>> ResolveAsync(
        IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken)
    {
        PreparedPublish prepared = await PrepareAsync(items, settings, cancellationToken);
        return prepared.IsRead ? prepared.Problems : [];
    }

    /// <summary>
    /// Relocates the items in order. Without a destination, it warns (<see cref="ErrorCode.NoDestination"/>) and only
    /// updates the lock, if requested (<see cref="PublishSettings.UpdateLock"/>). A failure ends it, unless
    /// <see cref="PublishSettings.KeepGoing"/> is set: then it is added to <see cref="PublishResult.Failures"/>.
    /// </summary>
    /// <exception cref="AirgapException">The first failure, with the item's location.</exception>
    public async Task<PublishResult> RunAsync(
        IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken) =>
        await RunPreparedAsync(await PrepareAsync(items, settings, cancellationToken), cancellationToken);

    /// <summary>The second stage: what <see cref="RunAsync"/> does with prepared items.</summary>
    internal async Task<PublishResult> RunPreparedAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        if (ResolvedLockOf(prepared) is not { } resolved)
        {
            await prepared.ApprovedAsync(cancellationToken);
            RemoveOfUndeclared(prepared);
            return new PublishResult([], [], _warnings.All, PublishSummary.NothingMoved);
        }

        if (!prepared.PerRegistry.IsEmpty)
            return await ConcurrentPublish().RunAsync(prepared, cancellationToken);
        return await new ProjectAudit(prepared.Settings)
            .NoteAsync(() => RunOneAsync(prepared, resolved, cancellationToken), cancellationToken);
    }

    // As for one item of several: nobody may apply the manifests of the last item after the project stopped to declare it.
    private void RemoveOfUndeclared(PreparedPublish prepared)
    {
        PublishSettings settings = prepared.Settings;
        if (Artifacts is not null && prepared.Items.Count == 0 && settings.Shard.Length == 0 && HasDestination([], settings))
            new ArtifactFolder(settings.FullOutputPath, Artifacts, _warnings, OnArtifact).RemoveStale();
    }

    // Null, after a warning, when there is no destination.
    private ResolvedLock? ResolvedLockOf(PreparedPublish prepared)
    {
        ThrowFirst(prepared.Problems);
        if (prepared.Lock is null)
            Notices.WarnOfNoDestination(prepared.Items);
        return prepared.Lock;
    }

    private async Task<PublishResult> RunOneAsync(PreparedPublish prepared, ResolvedLock resolved, CancellationToken cancellationToken)
    {
        PublishSettings settings = prepared.Settings;
        using StartedPublish started = Start(settings);
        (ImmutableArray<Diagnostic> refusals, GateReport? gate) =
            await PublishApproval.AskAsync(settings, [(started, prepared)], _warnings, cancellationToken);
        if (!refusals.IsEmpty)
            return new PublishResult([], [], _warnings.All, PublishSummary.Refused) { Failures = refusals, Gate = gate };
        await prepared.ApprovedAsync(cancellationToken);
        return await started.RelocateAsync(prepared, resolved, gate, cancellationToken);
    }

    /// <summary>Begins a publish to one destination.</summary>
    internal StartedPublish Start(PublishSettings settings) =>
        Start(settings, new ArtifactFolder(settings.FullOutputPath, Artifacts ?? new PublishedFileList(null), _warnings, OnArtifact));

    private StartedPublish Start(PublishSettings settings, ArtifactFolder artifacts)
    {
        PublishScope scope = new(registry, observer, _warnings, settings, ProjectSigning.Read(settings)) { Given = Given };
        ManifestObjects objects = new();
        ItemPublisher items = new(scope, artifacts, objects) { RefusesAnonymous = RefusesAnonymous };
        return new StartedPublish(scope, artifacts, objects, items) { CountRetries = CountRetries };
    }

    /// <summary>
    /// Determines what <see cref="RunAsync"/> would do. Sends only requests that read, and writes no file.
    /// </summary>
    /// <exception cref="AirgapException">The first failure, with the item's location.</exception>
    public async Task<PublishPlan> PlanAsync(
        IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken) =>
        await PlanPreparedAsync(await PrepareAsync(items, settings, cancellationToken), cancellationToken);

    /// <summary>The second stage of a dry run: what <see cref="PlanAsync"/> does with prepared items.</summary>
    internal async Task<PublishPlan> PlanPreparedAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        if (ResolvedLockOf(prepared) is not { } resolved)
            return new PublishPlan(PlanWriter.Create([], _warnings.All), null);
        (IReadOnlyList<PublishItem> items, PublishSettings settings) = (prepared.Items, prepared.Settings);
        Notices.WarnOfGateInDryRun(items, settings);
        ImageVerdicts verdicts = new();
        List<ForecastItem> forecasts = [];
        foreach (PreparedPublish destination in HasDestination(items, settings) ? prepared.PerRegistry.DefaultIfEmpty(prepared) : [])
        {
            Notices.WarnOfRepair(destination.Lock!.Declarations, destination.Settings);
            Notices.WarnOfNothingSaved(destination.Lock!.Declarations, destination.Settings);
            Notices.WarnOfIdle(destination.Lock!.Declarations, destination.Settings);
            // A plan without the content that cannot be read would be incomplete.
            using StartedPublish started = Start(
                destination.Settings with { KeepGoing = false },
                new ArtifactFolder(destination.Settings.FullOutputPath, new PublishedFileList(null), _warnings, null));
            if (await started.FindRefusalsAsync(destination, verdicts, cancellationToken) is { IsEmpty: false } refusals)
                return new PublishPlan(PlanWriter.Create([], _warnings.All), null) { Refusals = refusals };
            forecasts.AddRange(await started.ForecastAsync(destination.Lock, cancellationToken));
        }

        return new PublishPlan(PlanWriter.Create(forecasts, _warnings.All), resolved.Change);
    }

    /// <summary>True when the project, or one of its items, names a destination.</summary>
    public static bool HasDestination(IReadOnlyList<PublishItem> items, PublishSettings settings) =>
        settings.Registry.Length > 0 || TemplateDestination.NamesRegistry(settings.RepositoryTemplate) || settings.Archive.Length > 0
            || settings.SourceArchive.Length > 0 || items.Any(DestinationName.IsWhole);

    private ConcurrentPublish ConcurrentPublish() => new(registry, observer, _warnings)
    {
        Artifacts = Artifacts ?? new PublishedFileList(null),
        OnArtifact = OnArtifact,
        RefusesAnonymous = RefusesAnonymous,
        CountRetries = CountRetries,
        Given = Given,
    };

    private static void ThrowFirst(ImmutableArray<Diagnostic> problems)
    {
        if (problems is [var problem, ..])
            throw new AirgapException(problem.Code, problem.Message, problem.Advice)
            {
                Reference = problem.Reference,
                Digest = problem.Digest,
                Location = problem.Location
            };
    }
}
