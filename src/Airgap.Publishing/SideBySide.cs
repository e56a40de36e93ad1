using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharing;

namespace Airgap.Publishing;

/// <summary>
/// Publishes a project to several registries concurrently. The sources are read once; each registry receives everything
/// or nothing, independently of the others.
/// </summary>
internal sealed class SideBySide(IRegistry registry, ITransferObserver? observer, PublishWarnings warnings)
{
    /// <summary>The list of files that a clean removes.</summary>
    public required PublishedFileList Artifacts { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Action<PublishedFile>? OnArtifact { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>As in <see cref="Publisher"/>.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <summary>
    /// Relocates to each registry. A failure is added to <see cref="PublishResult.Failures"/>, and the other registries
    /// continue.
    /// </summary>
    public async Task<PublishResult> RunAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        HashSet<RepositoryName> destinations = [
            .. prepared.Sides.SelectMany(side => side.Lock!.Declarations).Select(declaration => declaration.Repository)
            .OfType<RepositoryName>()];
        SharedSource source = new(registry, destinations, prepared.Sides.Length, cancellationToken);
        Side[] sides = [.. prepared.Sides.Select(side => Begin(side, source))];
        try
        {
            return await RunAsync(prepared, sides, cancellationToken);
        }
        finally
        {
            foreach (Side side in sides)
                side.Started.Dispose();
        }
    }

    private async Task<PublishResult> RunAsync(PreparedPublish prepared, Side[] sides, CancellationToken cancellationToken)
    {
        GateReport? gate = null;
        PublishResult? refused = await new ProjectTrail(prepared.Settings).NoteRefusalAsync(async () =>
        {
            if (await JudgeAsync(sides, cancellationToken) is { Length: > 0 } refusals)
                return new PublishResult([], [], warnings.All, PublishSummary.NothingMoved) { Failures = [.. refusals] };
            gate = await ProjectGate.AskAsync(
                prepared.Settings, [.. sides.Select(side => (side.Started.Items, side.Prepared.Lock!.Declarations))], warnings,
                cancellationToken);
            return gate is { ExitCode: not 0 }
                ? new PublishResult([], [], warnings.All, PublishSummary.NothingMoved) { Failures = [Gate.Refusal(gate)], Gate = gate }
                : null;
        }, cancellationToken);
        if (refused is not null)
            return refused;

        await LockKeeper.WriteAsync(prepared.Lock!, cancellationToken);
        (string Registry, PublishResult Result)[] results =
            await Task.WhenAll(sides.Select(side => RunAsync(side, gate, cancellationToken)));
        PublishedItem[] items = [.. results.SelectMany(side => side.Result.Items)];
        Diagnostic[] failures = [.. results.SelectMany(side => side.Result.Failures)];
        string summary = string.Join("; ", results.Select(side => $"{side.Registry}: {side.Result.Summary}"));
        PublishedFile[] files = [.. results.SelectMany(side => side.Result.Files)];
        if (failures.Length == 0)
            RemoveStale(prepared.Settings.FullOutputPath, files);
        return new PublishResult([.. items], [.. files], warnings.All, summary)
        {
            Lock = prepared.Lock!.Change,
            Failures = [.. failures],
            Gate = gate,
            Model = RelocationPage.Create(
                Path.GetFileName(prepared.Settings.ProjectDirectory), [.. items.Select(item => item.Result)],
                items.Select(item => item.Derived), warnings.All, failures, summary, CountRetries?.Invoke(),
                items.SelectMany(item => item.Signatures ?? [])),
        };
    }

    private Side Begin(PreparedPublish prepared, SharedSource source)
    {
        string name = prepared.Settings.Registry;
        Publisher publisher = new(
            source, new SideObserver(new Gathering(warnings, observer), name, (observer as ISidesObserver)?.Side(name)))
        {
            Artifacts = Artifacts,
            OnArtifact = OnArtifact,
            RefusesAnonymous = RefusesAnonymous,
            CountRetries = CountRetries,
        };
        return new Side(prepared, publisher.Start(prepared.Settings));
    }

    // The content for all registries is verified once, before anything moves to any of them; each relocates what was
    // verified.
    private static async Task<Diagnostic[]> JudgeAsync(Side[] sides, CancellationToken cancellationToken)
    {
        JudgedImages judged = new();
        List<Diagnostic> refusals = [];
        foreach (Side side in sides)
            refusals.AddRange(await side.Started.JudgeAsync(side.Prepared, judged, cancellationToken));
        foreach (Side side in refusals.Count > 0 ? [] : sides)
        {
            if (await side.Started.MirrorProblemAsync(side.Prepared, cancellationToken) is { } unmirrored)
                refusals.Add(unmirrored);
        }

        return [.. refusals.Distinct()];
    }

    private async Task<(string Registry, PublishResult Result)> RunAsync(
        Side side, GateReport? gate, CancellationToken cancellationToken)
    {
        string name = side.Prepared.Settings.Registry;
        try
        {
            PublishResult result = await new ProjectTrail(side.Prepared.Settings).NoteAsync(
                () => side.Started.RelocateAsync(
                    side.Prepared, side.Prepared.Lock!, gate, cancellationToken), cancellationToken);
            observer?.Notice($"{name}: {result.Summary}");
            return (name, result);
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            return (name, new PublishResult([], [], [], "failed") { Failures = [e.ToDiagnostic()] });
        }
    }

    private sealed record Side(PreparedPublish Prepared, StartedPublish Started);

    // Files of earlier publishes to other registries, or to a single one.
    private void RemoveStale(string folder, IEnumerable<PublishedFile> files)
    {
        ArtifactFolder whole = new(folder, Artifacts, warnings, onArtifact: null);
        foreach (PublishedFile file in files)
            whole.Take(file);
        whole.RemoveStale();
    }

    // A warning repeated by each side is reported once.
    private sealed class Gathering(PublishWarnings warnings, ITransferObserver? observer) : ITransferObserver
    {
        public void Detail(string message) => observer?.Detail(message);

        public void Notice(string message) => observer?.Notice(message);

        public void Warning(Diagnostic warning) => warnings.Add(warning, null);
    }
}
