using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Relocates one item and writes its artifacts.</summary>
internal sealed class ItemPublisher
{
    private readonly PublishScope _scope;
    private readonly ArtifactFolder _artifacts;
    private readonly ManifestObjects _objects;

    /// <summary>Begins a publish, which has planned nothing yet.</summary>
    /// <param name="scope">What its items share.</param>
    /// <param name="artifacts">Takes their artifacts.</param>
    /// <param name="objects">The objects that their manifests have in common.</param>
    public ItemPublisher(PublishScope scope, ArtifactFolder artifacts, ManifestObjects objects)
    {
        (_scope, _artifacts, _objects) = (scope, artifacts, objects);
        Planner = new ItemPlanner(scope);
        Plans = new PreparedPlans(scope, Planner);
        Further = new OtherRepositories(scope);
        Forecaster = new ItemForecaster(scope, Planner, Plans, Further);
    }

    /// <summary>Requests content of the mirror like a cluster without a Secret; null to send no such request.</summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>Makes the plans.</summary>
    public ItemPlanner Planner { get; }

    /// <summary>The plans that were made for verification or for the gate.</summary>
    public PreparedPlans Plans { get; }

    /// <summary>The other repositories of a template.</summary>
    public OtherRepositories Further { get; }

    /// <summary>Determines what <see cref="RunAsync"/> would do.</summary>
    public ItemForecaster Forecaster { get; }

    /// <summary>
    /// Relocates an item. Its artifacts are written after everything has arrived; a relocation with failures writes
    /// none.
    /// </summary>
    /// <exception cref="AirgapException">Any failure, with the item's location.</exception>
    public Task<PublishedItem> RunAsync(Declaration declaration, CancellationToken cancellationToken) =>
        ItemFailure.LocatedAsync(declaration, () => RelocateAsync(declaration, cancellationToken));

    private async Task<PublishedItem> RelocateAsync(Declaration declaration, CancellationToken cancellationToken)
    {
        ItemObserver itemObserver = _scope.ObserverOf(declaration);
        Relocator relocator = new(_scope.Registry, itemObserver);

        // Held during planning as well, which checks the destination's content.
        using IDisposable? held = await _scope.HoldAsync(declaration.Destination, itemObserver, cancellationToken);
        using ItemPlan made = Plans.Find(declaration)
            ?? await Planner.MakeAsync(declaration, relocator, asksDestination: true, cancellationToken);
        (TransferPlan plan, TransferResult? upToDate) = (made.Plan, made.UpToDate);
        OutputOwner? owner = declaration.Archive is null ? null : OutputOwner.Look(declaration.Archive, _scope.Settings);
        if (declaration.Archive is not null)
            ArtifactFile.MakeFolder(OutputCheck.OfArchive(declaration.Archive, makesFolder: true).Folder);
        TransferOptions how = _scope.OptionsFor(declaration, cancellationToken);
        if (how.Admission is { } admission && upToDate is not null)
            await admission;
        // Divided before anything moves, so that an invalid name costs no transfer.
        ImmutableArray<RepositoryPlan> further = Further.Of(declaration, plan);
        TransferResult result = upToDate ?? (_scope.Given is { } given && declaration.Archive is null
            ? await given.FinishAsync(declaration, itemObserver, how, cancellationToken)
            : await relocator.RunAsync(plan, declaration.Destination, how, cancellationToken));
        if (owner is not null && await owner.TellAsync() is { } replaced)
            _scope.Warnings.Add(replaced, declaration.Item.Location);
        if (result.IsComplete && !further.IsEmpty)
        {
            // Two projects may have each other's repositories as destinations: to avoid a deadlock, none waits for a
            // destination while holding another.
            held?.Dispose();
            result = await Further.RelocateAsync(result, further, relocator, how, itemObserver, cancellationToken);
        }

        return await LeaveAsync(declaration, made, result, result.IsComplete, signs: true, cancellationToken);
    }

    /// <summary>Writes the artifacts of a relocated item.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="made">Its plan.</param>
    /// <param name="result">The result.</param>
    /// <param name="isWhole">False if something is missing at the destination: then no artifacts are written.</param>
    /// <param name="signs">False if the output is signed together with another item.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task<PublishedItem> LeaveAsync(
        Declaration declaration, ItemPlan made, TransferResult result, bool isWhole, bool signs, CancellationToken cancellationToken)
    {
        foreach (Diagnostic warning in result.Warnings)
            _scope.Warnings.Add(warning, declaration.Item.Location);
        if (!isWhole)
            return new PublishedItem(declaration.Item, result, []) { Derived = made.Derived, Signatures = Plans.SignaturesOf(declaration) };

        if (_scope.Settings.Provenance && declaration.Item.IsProduced && _scope.Signing.Key is { } key && result.IsComplete)
            await ProvenanceAttacher.AttachAsync(
                _scope.Settings, key, result, _scope.Registry, ReportProvenance.Of([]).Version, cancellationToken);
        foreach (TransferResult further in signs ? result.Further : [])
            await _scope.Signing.SignAsync(further, _scope.Registry, _scope.Notice, cancellationToken);
        IReadOnlyList<string> signatures =
            signs ? await _scope.Signing.SignAsync(result, _scope.Registry, _scope.Notice, cancellationToken) : [];

        // The digests are known here, so the artifacts can give the references at the far side of the air gap.
        if (declaration is { Archive: not null, Repository: { } repository })
            result = ItemArtifacts.WithReferences(result, repository);
        ItemArtifacts writer = new(_scope.Warnings, _artifacts, _objects) { RefusesAnonymous = RefusesAnonymous };
        ImmutableArray<PublishedFile> files = await writer.WriteAsync(declaration, result, made.Manifest, cancellationToken);
        return new PublishedItem(
            declaration.Item, result,
            [.. files, .. signatures.Select(path => _artifacts.Take(new PublishedFile(path, PublishedFileKind.Signature)))])
        {
            Derived = made.Derived,
            Signatures = Plans.SignaturesOf(declaration)
        };
    }
}
