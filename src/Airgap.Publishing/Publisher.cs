using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Relocates a project's items and writes their artifacts: what the MSBuild task and <c>dotnet airgap publish</c> share.</summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Receives progress events and warnings; null for none.</param>
internal sealed class Publisher(IRegistry registry, ITransferObserver? observer = null)
{
    private readonly PublishWarnings _warnings = new(observer);

    /// <summary>The list of what a clean removes; null to keep none.</summary>
    internal PublishedFileList? Artifacts { get; init; }

    /// <summary>Called for each artifact as soon as it is written, so that those of a run that fails later are known too; null for none.</summary>
    public Action<PublishedFile>? OnArtifact { get; init; }

    /// <summary>Asks a mirror as a cluster without a Secret does, for a PackageRepository that names none; null to ask nothing.</summary>
    internal Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>Gives the number of retries, for the reports; null where they are not counted.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <summary>Checks everything that can be wrong without a request, all at once. Mistyped metadata are reported to the observer as warnings (<see cref="ErrorCode.UnknownName"/>).</summary>
    /// <returns>Every problem; empty when there is none. Without a destination there is none: then nothing will be done.</returns>
    public ImmutableArray<Diagnostic> Validate(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        WarnOfTypos(items);
        return HasWork(items, settings) ? ReadSides(items, settings).Problems : [];
    }

    /// <summary>
    /// Pins the items' tags by the project's lock (<see cref="PublishSettings.LockFile"/>), where it has one.
    /// Asks the source registries for the digests of tags that the lock lacks, and in locked mode whether they have moved. Writes nothing.
    /// </summary>
    /// <returns>Every problem; empty when there is none. Of items that <see cref="Validate"/> refuses there is none.</returns>
    public async Task<ImmutableArray<Diagnostic>> ResolveAsync(IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken)
    {
        PreparedPublish prepared = await PrepareAsync(items, settings, cancellationToken);
        return prepared.IsRead ? prepared.Problems : [];
    }

    /// <summary>
    /// The first stage: reads the items and pins their tags. Asks the source registries as <see cref="ResolveAsync"/> does, and writes nothing.
    /// </summary>
    /// <returns>What the other stages take, with every problem; they refuse what has one.</returns>
    internal async Task<PreparedPublish> PrepareAsync(IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken)
    {
        WarnOfTypos(items);
        if (items.Count == 0 || !HasWork(items, settings))
            return new PreparedPublish(items, settings, null, []);
        (ImmutableArray<(PublishSettings Settings, ImmutableArray<Declaration> Declarations)> sides, ImmutableArray<Diagnostic> problems) = ReadSides(items, settings);
        if (!problems.IsEmpty)
            return new PreparedPublish(items, settings, null, problems) { IsRead = false };
        ResolvedLock resolved = await new LockKeeper(registry, settings).ResolveAsync(sides[0].Declarations, cancellationToken);
        return new PreparedPublish(items, settings, resolved, resolved.Problems)
        {
            Sides = sides.Length == 1 ? [] : [.. sides.Select(side => new PreparedPublish(items, side.Settings, Pinned(side.Declarations, resolved), []))],
        };
    }

    // What a tag stands for is asked once, and kept in the project's lock once.
    private static ResolvedLock Pinned(ImmutableArray<Declaration> declarations, ResolvedLock resolved) => resolved with
    {
        Declarations = [.. declarations.Select((declaration, i) => declaration with { Pin = resolved.Declarations[i].Pin })],
        Lock = null,
        Change = null,
    };

    private (ImmutableArray<(PublishSettings Settings, ImmutableArray<Declaration> Declarations)> Sides, ImmutableArray<Diagnostic> Problems) ReadSides(
        IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        (ImmutableArray<PublishSettings> each, ImmutableArray<Diagnostic> problems) = Sides.Of(settings);
        (PublishSettings Settings, (ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems) Read)[] read = [.. each.Select(side => (side, Read(items, side)))];
        return ([.. read.Select(side => (side.Settings, side.Read.Declarations))], [.. problems.Concat(read.SelectMany(side => side.Read.Problems)).Distinct()]);
    }

    /// <summary>
    /// Relocates the items in order. Without a destination it warns (<see cref="ErrorCode.NoDestination"/>) and does nothing, but for a lock that
    /// is to be updated (<see cref="PublishSettings.UpdateLock"/>).
    /// A failure ends it, unless <see cref="PublishSettings.KeepGoing"/> is set: then it is one of <see cref="PublishResult.Failures"/>.
    /// </summary>
    /// <exception cref="AirgapException">The first failure, with the item's place.</exception>
    public async Task<PublishResult> RunAsync(IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken) =>
        await RunPreparedAsync(await PrepareAsync(items, settings, cancellationToken), cancellationToken);

    /// <summary>The second stage: what <see cref="RunAsync"/> does with items that are prepared.</summary>
    internal async Task<PublishResult> RunPreparedAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        ThrowFirst(prepared.Problems);
        (IReadOnlyList<PublishItem> items, PublishSettings settings) = (prepared.Items, prepared.Settings);
        if (prepared.Lock is not { } resolved)
            return NothingToDo(items);
        if (AsksOfSides(prepared) is { } unsupported)
            return new PublishResult([], [], _warnings.All, PublishSummary.NothingMoved) { Failures = [unsupported] };
        if (!prepared.Sides.IsEmpty)
            return await SideBySide().RunAsync(prepared, cancellationToken);
        PublishedFileList list = Artifacts ?? new PublishedFileList(null);
        ArtifactFolder artifacts = new(settings.FullOutputPath, list, _warnings, OnArtifact);
        ManifestObjects objects = new();
        ItemPublisher publisher = new(registry, observer, _warnings, settings, artifacts, objects) { RefusesAnonymous = RefusesAnonymous };
        if (await JudgeAsync(publisher, prepared, resolved, cancellationToken) is { IsEmpty: false } refusals)
            return new PublishResult([], [], _warnings.All, PublishSummary.NothingMoved) { Failures = refusals };
        await LockKeeper.WriteAsync(resolved, cancellationToken);
        if (!HasDestination(items, settings))
            return new PublishResult([], [], _warnings.All, resolved.Change?.ToString() ?? PublishSummary.NothingMoved) { Lock = resolved.Change };

        WarnOfRepair(resolved.Declarations, settings);
        List<PublishedItem> published = [];
        List<PublishItem> failed = [];
        List<Diagnostic> failures = [];
        List<TransferResult> results = [];
        List<TransferResult> received = [];
        foreach (Declaration declaration in resolved.Declarations)
        {
            ImmutableArray<Diagnostic> found = await TryAsync(declaration);
            failures.AddRange(found);
            if (found.Length > 0)
                failed.Add(declaration.Item);
        }

        List<PublishedFile> shared = await WriteSharedAsync(settings, artifacts, objects, published, cancellationToken);
        await WriteReceiptAsync(settings, received, cancellationToken);
        string summary = PublishSummary.Create(published, failed);
        (string path, bool isKept) = await RelocationReportWriter.WriteAsync(settings.FullOutputPath, published, _warnings.All, [.. failures], summary, cancellationToken);
        PublishedFile report = artifacts.Take(new PublishedFile(path, PublishedFileKind.Report) { Written = isKept ? null : PublishedFileList.DigestOf(path) });
        ReportModel model = RelocationPage.Create(Path.GetFileName(settings.ProjectDirectory), results, _warnings.All, failures, summary, CountRetries?.Invoke());
        PublishedFile page = artifacts.Take(await RelocationPage.WriteAsync(settings.FullOutputPath, model, isKept, cancellationToken));
        // After a failure an earlier artifact of the item that failed is still the best there is.
        if (failures.Count == 0)
            artifacts.RemoveStale();
        return new PublishResult(
            [.. published],
            [.. published.SelectMany(item => item.Files), .. shared, report, page],
            _warnings.All,
            summary)
        {
            Lock = resolved.Change,
            Failures = [.. failures],
            Model = model,
        };

        async Task<ImmutableArray<Diagnostic>> TryAsync(Declaration declaration)
        {
            try
            {
                PublishedItem item = await publisher.RunAsync(declaration, cancellationToken);
                results.Add(item.Result);
                if (declaration.Archive is null)
                    received.Add(item.Result);
                if (!item.Result.IsComplete)
                    return IncompleteRelocation.Describe(item.Result, declaration.Item.Location);
                published.Add(item);
                return [];
            }
            catch (AirgapException e) when (settings.KeepGoing && e.Code != ErrorCode.Canceled)
            {
                return [e.ToDiagnostic()];
            }
        }
    }

    /// <summary>Finds out what <see cref="RunAsync"/> would do. Reads only: no request that writes, no file.</summary>
    /// <exception cref="AirgapException">The first failure, with the item's place.</exception>
    public async Task<PublishPlan> PlanAsync(IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken) =>
        await PlanPreparedAsync(await PrepareAsync(items, settings, cancellationToken), cancellationToken);

    /// <summary>The second stage of a dry run: what <see cref="PlanAsync"/> does with items that are prepared.</summary>
    internal async Task<PublishPlan> PlanPreparedAsync(PreparedPublish prepared, CancellationToken cancellationToken)
    {
        ThrowFirst(prepared.Problems);
        (IReadOnlyList<PublishItem> items, PublishSettings settings) = (prepared.Items, prepared.Settings);
        if (prepared.Lock is not { } resolved)
            return new PublishPlan(PlanWriter.Create([], NothingToDo(items).Warnings), null);
        if (AsksOfSides(prepared) is { } unsupported)
            return new PublishPlan(PlanWriter.Create([], _warnings.All), null) { Refusals = [unsupported] };
        List<ForecastItem> forecasts = [];
        foreach (PreparedPublish side in HasDestination(items, settings) ? prepared.Sides.DefaultIfEmpty(prepared) : [])
        {
            WarnOfRepair(side.Lock!.Declarations, side.Settings);
            // A plan that leaves out what cannot be read would say too little.
            ArtifactFolder artifacts = new(side.Settings.FullOutputPath, new PublishedFileList(null), _warnings, null);
            ItemPublisher publisher = new(registry, observer, _warnings, side.Settings with { KeepGoing = false }, artifacts, new ManifestObjects());
            if (await JudgeAsync(publisher, side, side.Lock, cancellationToken) is { IsEmpty: false } refusals)
                return new PublishPlan(PlanWriter.Create([], _warnings.All), null) { Refusals = refusals };
            foreach (Declaration declaration in side.Lock.Declarations)
                forecasts.Add(await publisher.ForecastAsync(declaration, cancellationToken));
        }

        return new PublishPlan(PlanWriter.Create(forecasts, _warnings.All), resolved.Change);
    }

    private SideBySide SideBySide() => new(registry, observer, _warnings)
    {
        Artifacts = Artifacts ?? new PublishedFileList(null),
        OnArtifact = OnArtifact,
        RefusesAnonymous = RefusesAnonymous,
        CountRetries = CountRetries,
    };

    // Before anything moves or is written; empty where nobody has to have signed.
    private static async Task<ImmutableArray<Diagnostic>> JudgeAsync(ItemPublisher publisher, PreparedPublish prepared, ResolvedLock resolved, CancellationToken cancellationToken)
    {
        if (!HasDestination(prepared.Items, prepared.Settings) || TrustRuleSet.Read(prepared.Settings, out ImmutableArray<Diagnostic> problems) is not { } rules)
            return [];
        return problems.IsEmpty ? await publisher.JudgeAsync(resolved.Declarations, rules, cancellationToken) : problems;
    }

    // What several destinations get side by side is planned by each of them; until one plan serves all, nothing is let through unjudged.
    private static Diagnostic? AsksOfSides(PreparedPublish prepared) => prepared.Sides.IsEmpty || (prepared.Settings.Policy.Length == 0 && prepared.Settings.Trust.IsEmpty) ? null : new Diagnostic(
        ErrorCode.InvalidTrustRule,
        "Signatures cannot be judged of a project with several destinations side by side.",
        "Publish to one destination at a time, or into an archive.");

    // Asked for and not done is never silence.
    private void WarnOfRepair(IEnumerable<Declaration> declarations, PublishSettings settings)
    {
        foreach (Declaration declaration in declarations.Where(declaration => settings.Repair && declaration.Destination is RelocationDestination.Archive))
        {
            _warnings.Add(
                new Diagnostic(
                    ErrorCode.NothingToRepair,
                    $"{declaration.Item.Include} goes to an archive, and only a registry's repository is repaired. An archive that stands is verified in every run and written again where it is damaged.",
                    "Ask for a repair only when the destination is a registry."),
                declaration.Item.Location);
        }
    }

    // Of a run that goes on past failures it tells what arrived.
    private static async Task WriteReceiptAsync(PublishSettings settings, List<TransferResult> received, CancellationToken cancellationToken)
    {
        if (settings.Receipt.Length == 0 || received.Count == 0)
            return;
        string path = settings.FullPath(settings.Receipt);
        ArtifactFile.MakeFolder(Path.GetDirectoryName(path)!);
        await ReceiptFile.WriteAsync(path, received, ReportPlaces.Of([]).Version, isShort: false, cancellationToken);
    }

    // What several items have in common is known, and written, when all of them are done.
    private async Task<List<PublishedFile>> WriteSharedAsync(
        PublishSettings settings, ArtifactFolder artifacts, ManifestObjects objects, List<PublishedItem> published, CancellationToken cancellationToken)
    {
        List<PublishedFile> files = [];
        List<PublishedFile> applied = [.. published.SelectMany(item => item.Files).Where(file => file.Kind is PublishedFileKind.PackageRepository or PublishedFileKind.GitOps)];
        foreach (SecretExportObject export in objects.Exports)
            files.Add(await artifacts.WriteAsync(Path.Combine(ArtifactFolder.Manifests, ManifestObjects.FileName(export)), export.Yaml, PublishedFileKind.SecretExport, cancellationToken));
        foreach (KubernetesObject ns in objects.Namespaces)
            files.Add(await artifacts.WriteAsync(Path.Combine(ArtifactFolder.Manifests, ManifestObjects.FileName(ns)), ns.Yaml, PublishedFileKind.Namespace, cancellationToken));
        applied.AddRange(files);
        foreach (PullSecretObject secret in objects.Secrets)
        {
            PublishedFile file = await artifacts.WriteSecretAsync(settings.SecretManifests ? ArtifactFolder.Manifests : ArtifactFolder.Secrets, secret, cancellationToken);
            files.Add(file);
            if (settings.SecretManifests)
                applied.Add(file);
        }

        if (settings.Kustomization)
            files.AddRange(await KustomizationWriter.WriteAsync(settings.FullOutputPath, artifacts, applied, _warnings, cancellationToken));
        return files;
    }

    /// <summary>Every problem of the items that shows without a request and without the project's lock.</summary>
    internal static ImmutableArray<Diagnostic> FindProblems(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        (ImmutableArray<PublishSettings> sides, ImmutableArray<Diagnostic> problems) = Sides.Of(settings);
        return [.. problems.Concat(sides.SelectMany(Find)).Distinct()];

        IEnumerable<Diagnostic> Find(PublishSettings side)
        {
            DeclarationReader reader = new(side, needsDestination: HasDestination(items, side));
            reader.Read(items);
            return reader.Problems;
        }
    }

    private (ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems) Read(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        DeclarationReader reader = new(settings, needsDestination: HasDestination(items, settings));
        ImmutableArray<Declaration> declarations = reader.Read(items);
        ImmutableArray<Diagnostic> outputs = HasDestination(items, settings) ? OutputProblems.Find(settings, declarations) : [];
        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> rules);
        return (declarations, [.. reader.Problems, .. rules, .. outputs, .. new LockKeeper(registry, settings).Check(declarations, complete: reader.Problems.IsEmpty)]);
    }

    private static void ThrowFirst(ImmutableArray<Diagnostic> problems)
    {
        if (problems is [var problem, ..])
            throw new AirgapException(problem.Code, problem.Message, problem.Advice) { Reference = problem.Reference, Digest = problem.Digest, Location = problem.Location };
    }

    private static bool HasWork(IReadOnlyList<PublishItem> items, PublishSettings settings) => settings.UpdateLock || HasDestination(items, settings);

    /// <summary>True when the project, or one of its items, says where to relocate to.</summary>
    public static bool HasDestination(IReadOnlyList<PublishItem> items, PublishSettings settings) =>
        settings.Registry.Length > 0 || settings.Archive.Length > 0 || settings.SourceArchive.Length > 0 || items.Any(DestinationName.IsWhole);

    private PublishResult NothingToDo(IReadOnlyList<PublishItem> items)
    {
        if (items is [var first, ..])
        {
            string others = items.Count == 1 ? "" : $" and {items.Count - 1} more";
            _warnings.Add(
                new Diagnostic(
                    ErrorCode.NoDestination,
                    $"{first.ItemName} '{first.Include}'{others} stays where it is: the project names no destination.",
                    $"Set {PropertyNames.Registry} to HOST/PATH, or {PropertyNames.Archive} to a file to carry over; {PropertyNames.OnPublish}=false keeps this quiet."),
                first.Location);
        }

        return new PublishResult([], [], _warnings.All, PublishSummary.NothingMoved);
    }

    private void WarnOfTypos(IReadOnlyList<PublishItem> items)
    {
        foreach (PublishItem item in items)
        {
            foreach (string name in item.Metadata.Keys.Where(IsUnknown).Order(StringComparer.Ordinal))
            {
                _warnings.Add(
                    item.Problem(ErrorCode.UnknownName, $"The metadata {name} of the item {item.ItemName} '{item.Include}' is unknown.", NearestName.Advice(name, MetadataNames.All)),
                    item.Location);
            }
        }
    }

    private static bool IsUnknown(string name) =>
        !MetadataNames.All.Contains(name, StringComparer.OrdinalIgnoreCase) && !MetadataNames.Foreign.Contains(name, StringComparer.OrdinalIgnoreCase);
}
