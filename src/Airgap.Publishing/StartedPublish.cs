using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;

namespace Airgap.Publishing;

/// <summary>A publish to one destination that has started but not yet moved anything.</summary>
/// <param name="Scope">What its items share.</param>
/// <param name="Artifacts">The folder of its artifacts.</param>
/// <param name="Objects">The common objects of its manifests.</param>
/// <param name="Items">Relocates its items, by the verified plans.</param>
internal sealed record StartedPublish(PublishScope Scope, ArtifactFolder Artifacts, ManifestObjects Objects, ItemPublisher Items)
    : IDisposable
{
    /// <summary>Returns the number of retries, for the reports; null if they are not counted.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <summary>Verifies the signatures of what would be relocated, before anything moves or is written.</summary>
    /// <returns>The refusals; empty if no signature is required.</returns>
    public async Task<ImmutableArray<Diagnostic>> VerifyAsync(
        PreparedPublish prepared, ImageVerdicts verdicts, CancellationToken cancellationToken)
    {
        if (prepared.Lock is not { } resolved || !Publisher.HasDestination(prepared.Items, prepared.Settings)
            || TrustRuleSet.Read(prepared.Settings, out ImmutableArray<Diagnostic> problems) is not { } rules)
        {
            return [];
        }

        return problems.IsEmpty ? await Items.Plans.VerifyAsync(resolved.Declarations, rules, verdicts, cancellationToken) : problems;
    }

    /// <summary>
    /// Finds the reasons to move nothing: refused signatures or, without these, a mirror configuration that cannot be written.
    /// </summary>
    public async Task<ImmutableArray<Diagnostic>> FindRefusalsAsync(
        PreparedPublish prepared, ImageVerdicts verdicts, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic> refusals = await VerifyAsync(prepared, verdicts, cancellationToken);
        return refusals.IsEmpty && await MirrorProblemAsync(prepared, cancellationToken) is { } unmirrored ? [unmirrored] : refusals;
    }

    /// <summary>Finds the reason why a requested mirror configuration cannot be written, before anything moves.</summary>
    public Task<Diagnostic?> MirrorProblemAsync(PreparedPublish prepared, CancellationToken cancellationToken) =>
        MirrorCheck.FindProblemAsync(
            prepared.Settings, prepared.Lock is { } resolved && Publisher.HasDestination(prepared.Items, prepared.Settings)
                ? resolved.Declarations : [], Items, cancellationToken);

    /// <summary>Forecasts what would move.</summary>
    public async Task<IReadOnlyList<ForecastItem>> ForecastAsync(ResolvedLock resolved, CancellationToken cancellationToken)
    {
        List<ForecastItem> forecasts = [];
        Declaration[] sharing = [.. resolved.Declarations.Where(declaration => declaration.SharesArchive)];
        if (sharing.Length > 0)
            forecasts.AddRange(await new SharedItems(Scope, Items).ForecastAsync(sharing, cancellationToken));
        foreach (Declaration declaration in resolved.Declarations.Where(declaration => !declaration.SharesArchive))
            forecasts.AddRange(await Items.Forecaster.RunAsync(declaration, cancellationToken));
        return forecasts;
    }

    /// <summary>Relocates what was verified, and writes the artifacts of all items together.</summary>
    public async Task<PublishResult> RelocateAsync(
        PreparedPublish prepared, ResolvedLock resolved, GateReport? gate, CancellationToken cancellationToken)
    {
        PublishWarnings warnings = Scope.Warnings;
        await OutputOwner.WatchAsync(
            prepared.Settings.FullLockFile, prepared.Settings, warnings, () => LockKeeper.WriteAsync(resolved, cancellationToken));
        if (!Publisher.HasDestination(prepared.Items, prepared.Settings))
            return new PublishResult([], [], warnings.All, resolved.Change?.ToString() ?? PublishSummary.NothingMoved)
            {
                Lock = resolved.Change
            };

        new PublishNotices(warnings).WarnOfRepair(resolved.Declarations, prepared.Settings);
        new PublishNotices(warnings).WarnOfNothingSaved(resolved.Declarations, prepared.Settings);
        new PublishNotices(warnings).WarnOfIdle(resolved.Declarations, prepared.Settings);
        if (Scope.Given is not null)
            await Items.Plans.KeepAsync(resolved.Declarations, cancellationToken);
        ItemOutcomes outcomes = await RelocateItemsAsync(resolved, cancellationToken);
        SharedArtifacts shared = new(prepared.Settings, Artifacts, warnings);
        List<PublishedFile> manifests = await outcomes.WriteAsync(() => shared.WriteManifestsAsync(
            Objects, outcomes.Published, outcomes.Failures.Count > 0, cancellationToken), []);
        bool isReceived = await outcomes.WriteAsync(() => shared.WriteReceiptAsync(outcomes, cancellationToken), false);
        // Before the reports, which have its warnings and failures. If some items failed, the configuration may differ from the
        // planned one.
        List<PublishedFile> mirrors = await outcomes.WriteAsync(() => shared.WriteMirrorsAsync(outcomes, cancellationToken), []);
        string summary = PublishSummary.Create(outcomes.Published, outcomes.Failed);
        (PublishedFile[] reports, ReportModel model) =
            await shared.WriteReportsAsync(outcomes, summary, CountRetries?.Invoke(), gate, cancellationToken);
        PublishedFile[] signatures = await outcomes.WriteAsync(
            () => shared.SignAsync(Scope.Signing, outcomes, reports, isReceived, cancellationToken), []);
        // After a failure, an earlier artifact of the failed item is still the best available.
        if (outcomes.Failures.Count == 0)
            Artifacts.RemoveStale();
        return new PublishResult(
            [.. outcomes.Published],
            [.. outcomes.Published.SelectMany(item => item.Files).DistinctBy(file => file.Path), .. manifests, .. mirrors, .. reports,
                .. signatures], warnings.All, summary)
        {
            Lock = resolved.Change,
            Failures = [.. outcomes.Failures],
            Moved = [.. outcomes.Results],
            Derived = [.. outcomes.Derived],
            Destinations = [.. outcomes.Destinations.Distinct()],
            Sources = [.. outcomes.Sources.Distinct()],
            Model = model,
            Gate = gate,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Items.Plans.Dispose();
        Scope.Signing.Dispose();
    }

    private async Task<ItemOutcomes> RelocateItemsAsync(ResolvedLock resolved, CancellationToken cancellationToken)
    {
        bool keepsGoing = Scope.Settings.KeepGoing;
        ItemOutcomes outcomes = new();
        Declaration[] sharing = [.. resolved.Declarations.Where(declaration => declaration.SharesArchive)];
        if (sharing.Length > 0)
            await outcomes.AddAllAsync(
                sharing, () => new SharedItems(Scope, Items).RunAsync(sharing, cancellationToken), keepsGoing);
        foreach (Declaration declaration in resolved.Declarations.Where(declaration => !declaration.SharesArchive))
            await outcomes.AddAsync(declaration, () => Items.RunAsync(declaration, cancellationToken), keepsGoing);
        return outcomes;
    }
}
