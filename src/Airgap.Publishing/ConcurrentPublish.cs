using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharing;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// Publishes a project to several registries concurrently. The sources are read once; each registry receives everything
/// or nothing, independently of the others.
/// </summary>
internal sealed class ConcurrentPublish(IRegistry registry, ITransferObserver? observer, PublishWarnings warnings)
{
    /// <summary>The list of files that a clean removes.</summary>
    public required PublishedFileList Artifacts { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Action<PublishedFile>? OnArtifact { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <inheritdoc cref="Publisher.Given"/>
    public IPrecomputedPlans? Given { get; init; }

    /// <summary>
    /// Relocates to each registry. A failure is added to <see cref="PublishResult.Failures"/>, and the other registries
    /// continue.
    /// </summary>
    public async Task<PublishResult> RunAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        HashSet<RepositoryName> repositories = [
            .. prepared.PerRegistry.SelectMany(destination => destination.Lock!.Declarations).Select(declaration => declaration.Repository)
            .OfType<RepositoryName>()];
        SharedSource source = new(registry, repositories, prepared.PerRegistry.Length, cancellationToken);
        Destination[] destinations = [.. prepared.PerRegistry.Select(destination => Begin(destination, source))];
        try
        {
            return await RunAsync(prepared, destinations, cancellationToken);
        }
        finally
        {
            foreach (Destination destination in destinations)
                destination.Started.Dispose();
        }
    }

    private async Task<PublishResult> RunAsync(PreparedPublish prepared, Destination[] destinations, CancellationToken cancellationToken)
    {
        GateReport? gate = null;
        PublishResult? refused = await new ProjectAudit(prepared.Settings).NoteRefusalAsync(async () =>
        {
            (ImmutableArray<Diagnostic> refusals, gate) = await PublishApproval.AskAsync(
                prepared.Settings, [.. destinations.Select(destination => (destination.Started, destination.Prepared))],
                warnings, cancellationToken);
            if (!refusals.IsEmpty)
                return new PublishResult([], [], warnings.All, PublishSummary.Refused) { Failures = refusals, Gate = gate };
            await prepared.ApprovedAsync(cancellationToken);
            await OutputOwner.WatchAsync(
                prepared.Settings.FullLockFile, prepared.Settings, warnings,
                () => LockKeeper.WriteAsync(prepared.Lock!, cancellationToken));
            return null;
        }, cancellationToken);
        if (refused is not null)
            return refused;

        (string Registry, PublishResult Result)[] results =
            await Task.WhenAll(destinations.Select(destination => RunAsync(destination, gate, cancellationToken)));
        PublishedItem[] items = [.. results.SelectMany(destination => destination.Result.Items)];
        Diagnostic[] failures = [.. results.SelectMany(destination => destination.Result.Failures)];
        string summary = string.Join("; ", results.Select(destination => $"{destination.Registry}: {destination.Result.Summary}"));
        PublishedFile[] files = [.. results.SelectMany(destination => destination.Result.Files)];
        TransferResult[] moved = [.. results.SelectMany(destination => destination.Result.Moved)];
        DerivedReport?[] derived = [.. results.SelectMany(destination => destination.Result.Derived)];
        if (failures.Length == 0)
            RemoveStale(prepared.Settings.FullOutputPath, files);
        return new PublishResult([.. items], [.. files], warnings.All, summary)
        {
            Lock = prepared.Lock!.Change,
            Failures = [.. failures],
            Gate = gate,
            Moved = [.. moved],
            Derived = [.. derived],
            Destinations = [.. results.SelectMany(destination => destination.Result.Destinations)],
            Sources = [.. results.SelectMany(destination => destination.Result.Sources).Distinct()],
            Model = RelocationPage.Create(
                Path.GetFileName(prepared.Settings.ProjectDirectory), moved, derived, warnings.All, failures, summary,
                CountRetries?.Invoke(), items.SelectMany(item => item.Signatures ?? [])),
        };
    }

    private Destination Begin(PreparedPublish prepared, SharedSource source)
    {
        string name = prepared.Settings.Registry;
        Publisher publisher = new(
            source, new RegistryObserver(new Gathering(warnings, observer), name, (observer as IRegistriesObserver)?.For(name)))
        {
            Artifacts = Artifacts,
            OnArtifact = OnArtifact,
            RefusesAnonymous = RefusesAnonymous,
            CountRetries = CountRetries,
            Given = Given,
        };
        return new Destination(prepared, publisher.Start(prepared.Settings));
    }

    private async Task<(string Registry, PublishResult Result)> RunAsync(
        Destination destination, GateReport? gate, CancellationToken cancellationToken)
    {
        string name = destination.Prepared.Settings.Registry;
        try
        {
            PublishResult result = await new ProjectAudit(destination.Prepared.Settings).NoteAsync(
                () => destination.Started.RelocateAsync(
                    destination.Prepared, destination.Prepared.Lock!, gate, cancellationToken), cancellationToken);
            observer?.Notice($"{name}: {result.Summary}");
            return (name, result);
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            return (name, new PublishResult([], [], [], "failed") { Failures = [e.ToDiagnostic()] });
        }
    }

    private sealed record Destination(PreparedPublish Prepared, StartedPublish Started);

    // Removes files that earlier publishes wrote for other registries, or for a single one.
    private void RemoveStale(string folder, IEnumerable<PublishedFile> files)
    {
        ArtifactFolder whole = new(folder, Artifacts, warnings, onArtifact: null);
        foreach (PublishedFile file in files)
            whole.Take(file);
        whole.RemoveStale();
    }

    // A warning repeated by each destination is reported once.
    private sealed class Gathering(PublishWarnings warnings, ITransferObserver? observer) : ITransferObserver
    {
        public void Detail(string message) => observer?.Detail(message);

        public void Notice(string message) => observer?.Notice(message);

        public void Warning(Diagnostic warning) => warnings.Add(warning, null);
    }
}
