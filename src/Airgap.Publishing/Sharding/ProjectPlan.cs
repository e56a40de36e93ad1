using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>Writes the plan of a project's publish: all items and destinations, with pinned tags. Moves nothing.</summary>
/// <param name="publisher">Makes the plans.</param>
/// <param name="registry">Resolves tags.</param>
internal sealed class ProjectPlan(Publisher publisher, IRegistry registry)
{
    /// <summary>Writes the plan if trust rules and the gate allow it.</summary>
    /// <param name="prepared">The items, without problems.</param>
    /// <param name="own">The bundle that the project itself made; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The result; null if there is nothing to relocate.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>: other machines could not carry it out;
    /// <see cref="ErrorCode.PlanStageUnclear"/>: there is no destination; 3xxx: the file.</exception>
    public async Task<WrittenRunPlan?> WriteAsync(PreparedPublish prepared, OwnBundle? own, CancellationToken cancellationToken)
    {
        PublishSettings settings = prepared.Settings;
        if (prepared.Items.Count == 0)
            return null;
        if (prepared.Lock is null || !Publisher.HasDestination(prepared.Items, settings))
            throw new AirgapException(
                ErrorCode.PlanStageUnclear, "The project names no destination, and so there is nothing to plan.",
                $"Set {PropertyNames.Registry} or {PropertyNames.Archive}, in all stages.");
        string path = settings.FullPath(settings.Plan);
        CheckPlace(path);
        PreparedPublish[] sides = [.. prepared.PerRegistry.DefaultIfEmpty(prepared)];
        foreach (Declaration declaration in sides.SelectMany(side => side.Lock!.Declarations))
            await ItemFailure.LocatedAsync(declaration, () => Task.FromResult(Check(settings, declaration)));
        ImmutableArray<Diagnostic> unknown = await PinAsync(settings, sides, cancellationToken);
        if (!unknown.IsEmpty)
            return new WrittenRunPlan("", "") { Refusals = unknown };
        (StartedPublish Started, PreparedPublish Prepared)[] started = [.. sides.Select(side => (publisher.Start(side.Settings), side))];
        try
        {
            (ImmutableArray<Diagnostic> refusals, GateReport? gate) =
                await PublishApproval.AskAsync(settings, started, publisher.Warnings, cancellationToken);
            if (!refusals.IsEmpty)
                return new WrittenRunPlan("", "") { Refusals = refusals, Gate = gate };
            List<RunPlanEntry> entries = [];
            List<TransferPlan> plans = [];
            foreach ((StartedPublish publish, PreparedPublish side) in started)
            {
                await publish.Items.Plans.KeepAsync(side.Lock!.Declarations, cancellationToken);
                foreach (Declaration declaration in side.Lock.Declarations)
                {
                    plans.Add(publish.Items.Plans.Find(declaration)!.Plan);
                    RunPlanEntry entry = await ItemFailure.LocatedAsync(
                        declaration, () => EntryAsync(side.Settings, declaration, publish.Items.Plans, own?.Inside, cancellationToken));
                    entries.Add(own?.Pushed is { } pushed ? PushedImages.Locate(entry, pushed) : entry);
                }
            }

            // Pushed before the plan is written, because the plan states that the bundle is in its repository.
            if (own?.PushAsync is { } pushAsync)
                await pushAsync(cancellationToken);
            await RunPlanFile.WriteAsync(path, new RunPlanDocument
            {
                Schema = SchemaLinks.Of(RunPlanDocument.SchemaName),
                Tool = ReportProvenance.Of([]).Version,
                Shards = settings.Shards,
                Gate = gate?.Command,
                Relocations = [.. entries],
            }, cancellationToken);
            return new WrittenRunPlan(path, RunPlanText.Amount(plans) + RunPlanText.Shares(plans, settings.Shards)) { Gate = gate };
        }
        finally
        {
            foreach ((StartedPublish publish, _) in started)
                publish.Dispose();
        }
    }

    // Tags are resolved once for all destinations and stages; the content of a lock is pinned already.
    private async Task<ImmutableArray<Diagnostic>> PinAsync(
        PublishSettings settings, PreparedPublish[] sides, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        IReadOnlyDictionary<string, Digest> tags = await new TagResolver(registry, settings.Concurrency).AskAsync(
            sides[0].Lock!.Declarations.Where(declaration => declaration.Pin is null && LockKeeper.KeyOf(declaration) is not null),
            problems, cancellationToken);
        for (int i = 0; i < sides.Length; i++)
            sides[i] = sides[i] with { Lock = sides[i].Lock! with { Declarations = LockKeeper.Pinned(sides[i].Lock!.Declarations, tags) } };
        return problems.ToImmutable();
    }

    // The property may name the project or its lock by mistake.
    private static void CheckPlace(string path)
    {
        OutputCheck.OfFile(path);
        if (Path.Exists(path) && !RunPlanFile.IsOne(path))
            throw new AirgapException(
                ErrorCode.PlanStageUnclear, $"'{path}' exists and is not a plan for shards; the plan would replace it.",
                $"Name another file with {PropertyNames.Plan}.")
            { Location = new SourceLocation(path) };
    }

    // Runs before any request to a registry.
    private static bool Check(PublishSettings settings, Declaration declaration)
    {
        RunPlanSupport.Check(declaration.Source, declaration.Destination);
        DeclaredRun.RefuseUnsigned(settings, declaration);
        return settings.ArchiveBase.IsEmpty ? true
            : throw RunPlanSupport.No(declaration.Source, $"{PropertyNames.ArchiveBase} omits what a base contains");
    }

    private static async Task<RunPlanEntry> EntryAsync(
        PublishSettings settings, Declaration declaration, PreparedPlans plans, Digest? derived, CancellationToken cancellationToken)
    {
        ItemPlan made = plans.Find(declaration)!;
        HashSet<Digest> inside = [.. made.Source.DerivedManifests];
        if (derived is { } own)
            inside.Add(own);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            made.Plan, declaration.Destination, new RunPlanChoices(NonDistributableLayers: settings.IncludeNonDistributableLayers)
            {
                Signatures = plans.SignaturesOf(declaration) is { } signed ? [.. signed.Select(PlannedSignatures.Of)] : null
            },
            inside, cancellationToken);
        return entry with
        {
            // Other machines may have the project in another folder.
            Archive = entry.Archive is null ? null : PlannedArchive.InPlan(settings, entry.Archive),
            Declared = DeclaredRun.Of(settings, declaration)
        };
    }
}

/// <summary>The bundle that a project makes of its content, for a plan.</summary>
/// <param name="Inside">Its digest if no registry has it, so that the plan contains its layer and config; otherwise null.</param>
/// <param name="Pushed">The bundle, if it is pushed to a repository that all machines read; null otherwise.</param>
/// <param name="PushAsync">Pushes it, with the images that this machine alone has; null for none.</param>
internal sealed record OwnBundle(Digest? Inside, ProducedBundle? Pushed, Func<CancellationToken, Task>? PushAsync);

/// <summary>A written or refused plan.</summary>
/// <param name="Path">The full path of its file; empty if refused.</param>
/// <param name="Summary">Its size and division, for people.</param>
internal sealed record WrittenRunPlan(string Path, string Summary)
{
    /// <summary>The refusals; if there are any, nothing was written.</summary>
    public ImmutableArray<Diagnostic> Refusals { get; init; } = [];

    /// <summary>The gate's report; null for no gate.</summary>
    public GateReport? Gate { get; init; }
}
