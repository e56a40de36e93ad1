using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Sharding;

/// <summary>The plans of a project's items, read from a plan's file.</summary>
internal sealed class PrecomputedPlans : IPrecomputedPlans
{
    private readonly PublishSettings _settings;
    private readonly IRegistry _registry;
    private readonly string _path;
    private readonly Dictionary<(PublishItem Item, string Destination), int> _places = [];
    private ImmutableArray<ImmutableArray<PlannedBlob>> _found = [];

    private PrecomputedPlans(PublishSettings settings, IRegistry registry, string path, RunPlanDocument document)
    {
        (_settings, _registry, _path, Document) = (settings, registry, path, document);
        RunPlanReader reader = new(registry, path);
        Runs = [.. document.Relocations.Select(reader.Read).Select(Here)];
    }

    /// <summary>The plan's document.</summary>
    public RunPlanDocument Document { get; }

    /// <summary>Its relocations, with the archives' paths on this machine.</summary>
    public ImmutableArray<RunPlan> Runs { get; }

    /// <summary>The number of shards, from the plan or the project; null if neither gives it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>: they differ.</exception>
    public int? Count => Document.Shards is { } planned && _settings.Shards is { } count && count != planned
        ? throw new AirgapException(
            ErrorCode.InvalidShard, $"{PropertyNames.Shards} is {count}, but the plan is for {planned} shards.",
            $"Omit {PropertyNames.Shards}: the plan gives the number.")
        : Document.Shards ?? _settings.Shards;

    /// <summary>Reads the plan that a project names.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>, or 3xxx: the file.</exception>
    public static PrecomputedPlans Read(PublishSettings settings, IRegistry registry)
    {
        string path = settings.FullPath(settings.Plan);
        return new PrecomputedPlans(settings, registry, path, RunPlanFile.Read(path));
    }

    /// <summary>Checks that all blobs have arrived, before anything becomes visible.</summary>
    public async Task LookAsync(PlanCarrier carrier, Action<Diagnostic> tell, CancellationToken cancellationToken) =>
        _found = await carrier.LookAsync(Count, tell, cancellationToken);

    /// <summary>Refuses a project without a destination, since then nothing was compared with the plan.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanOfOtherProject"/>.</exception>
    public void RequireDestination(PreparedProject prepared)
    {
        if (prepared.Publish?.Lock is null || _places.Count == 0)
            throw Other("the project names no destination", null);
    }

    /// <inheritdoc/>
    public KnownDigests Match(IEnumerable<(PublishSettings Settings, IReadOnlyList<Declaration> Declarations)> sides)
    {
        (PublishSettings Settings, Declaration Declaration)[] declared =
            [.. sides.SelectMany(side => side.Declarations.Select(declaration => (side.Settings, declaration)))];
        if (declared.Length != Runs.Length)
            throw Other($"it has {Runs.Length} relocations, but the project has {declared.Length}", null);
        if (_settings.Shard.Length > 0 && _settings.GateCommand.Length > 0 && Document.Gate is null)
            throw Other($"no gate approved it, but the project has one ({PropertyNames.GateCommand}), which a shard does not run", null);
        Dictionary<string, Digest> tags = new(StringComparer.Ordinal), derived = new(StringComparer.Ordinal);
        for (int i = 0; i < declared.Length; i++)
        {
            (PublishSettings settings, Declaration declaration) = declared[i];
            if (DeclaredRun.Difference(settings, declaration, Runs[i]) is { } difference)
                throw Other(difference, declaration);
            DeclaredRun.RefuseUnsigned(settings, declaration);
            if (_settings.Shard.Length > 0 && DeclaredRun.RequiresSignatures(settings) && Runs[i].Entry.Signatures is null)
                throw NotOf(declaration, "no signatures were verified for it, but the project requires them, and a shard verifies none");
            _places[(declaration.Item, declaration.DestinationKey)] = i;
            if (LockKeeper.KeyOf(declaration) is { } tag)
                tags[tag.ToString()] = PinOf(Runs[i], declaration);
            if (LockedSelections.KeyOf(declaration) is { } selection)
                derived[selection] = RootOf(Runs[i], declaration);
        }

        return new KnownDigests(tags, derived);
    }

    /// <inheritdoc/>
    public TransferPlan PlanOf(Declaration declaration)
    {
        int place = PlaceOf(declaration);
        RunPlan run = Runs[place];
        Digest? pinned = declaration.Pin ?? (declaration.Item.IsProduced ? null : declaration.Reference?.Digest);
        Digest? planned = run.Entry.Declared!.Pin is null && declaration.Selection.IsEmpty
            ? PlanRoot.Of(run.Plan)?.Digest : run.Entry.Declared.Pin is null ? pinned : PinOf(run, declaration);
        if (pinned is { } digest && planned != digest)
            throw NotOf(declaration, $"the project pins {digest}, but the plan pins {planned}");
        if (declaration.Selection.IsEmpty && run.Entry.Declared.Pin is not null && PlanRoot.Of(run.Plan)?.Digest != planned)
            throw NotOf(declaration, $"it pins the tag to {planned}, but relocates {PlanRoot.Of(run.Plan)?.Digest}");
        if (run.Plan.ImagesLock is { } images && declaration.Source is RelocationSource.Lock { Path: var file }
            && (LockFile.Read(file) as LockFileContent.OfImages)?.Lock.ToYaml() != images.ToYaml())
            throw NotOf(declaration, "the lock file pins other images");
        // The machine that made the plan has the lock file at another path.
        return run.Plan with
        {
            Source = declaration.Selection.IsEmpty ? declaration.Source : run.Plan.Source,
            Blobs = _found.IsEmpty ? run.Plan.Blobs : _found[place]
        };
    }

    /// <inheritdoc/>
    public AirgapException NotOf(Declaration declaration, string why) => Other($"of {declaration.Item.Include}, {why}", declaration);

    /// <inheritdoc/>
    public Task<TransferResult> FinishAsync(
        Declaration declaration, ITransferObserver observer, TransferOptions options, CancellationToken cancellationToken)
    {
        PlanCarrier carrier = new(_registry, Runs, options, _ => observer);
        return carrier.FinishAsync(Runs[PlaceOf(declaration)], Count, isWhole: false, wasLooked: !_found.IsEmpty, cancellationToken);
    }

    private int PlaceOf(Declaration declaration) => _places[(declaration.Item, declaration.DestinationKey)];

    private Digest PinOf(RunPlan run, Declaration declaration) => Digest.TryParse(run.Entry.Declared!.Pin ?? "", out Digest pin)
        ? pin : throw NotOf(declaration, "it does not pin the tag");

    private Digest RootOf(RunPlan run, Declaration declaration) =>
        PlanRoot.Of(run.Plan)?.Digest ?? throw NotOf(declaration, "it has no bundle");

    private RunPlan Here(RunPlan run) => run.Destination is RelocationDestination.Archive archive
        ? run with { Destination = archive with { Path = PlannedArchive.Here(_settings, archive.Path) } } : run;

    private AirgapException Other(string why, Declaration? declaration) => new(
        ErrorCode.PlanOfOtherProject, $"'{_path}' does not match this project: {why}.",
        $"Give all stages the same project and properties, or make the plan again: {AdviceTerms.MakeRunPlan}.")
    {
        Location = declaration?.Item.Location ?? new SourceLocation(_path)
    };
}
