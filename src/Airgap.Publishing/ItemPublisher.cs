using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Relocates one item and writes its artifacts.</summary>
internal sealed class ItemPublisher(
    IRegistry registry,
    ITransferObserver? observer,
    PublishWarnings warnings,
    PublishSettings settings,
    ArtifactFolder artifacts,
    ManifestObjects objects)
{
    /// <summary>Asks the mirror as a cluster without a Secret does; null to ask nothing.</summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>The signing of outputs and the verification of archives; null for none.</summary>
    public ProjectSigning? Signing { get; init; }

    private readonly Dictionary<Declaration, JudgedPlan> _judged = [];

    /// <summary>
    /// Makes the plans of all items and verifies the signatures of their images, before anything moves. The plans are
    /// kept, so that exactly the verified content is relocated, and nothing is resolved again. The bundle that the
    /// project itself makes is not verified, only what it pins.
    /// </summary>
    /// <param name="declarations">The items.</param>
    /// <param name="rules">Who must have signed.</param>
    /// <param name="known">The verdicts of this run so far.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>All refusals; empty when everything is accepted.</returns>
    public async Task<ImmutableArray<Diagnostic>> JudgeAsync(
        IReadOnlyList<Declaration> declarations, TrustRuleSet rules, JudgedImages known, CancellationToken cancellationToken)
    {
        List<Diagnostic> refusals = [];
        foreach (Declaration declaration in declarations)
        {
            PlanTrust trust = await LocatedAsync(declaration, async () =>
            {
                Relocator relocator = new(registry, new ItemObserver(observer, warnings, declaration.Item.Location));
                ItemPlan made = await MakePlanAsync(declaration, relocator, asksDestination: false, cancellationToken);
                PlanTrust judged = await PlanTrust.JudgeAsync(
                    await made.Source.JudgedAsync(made.Plan, relocator, cancellationToken), registry, rules.For,
                    exceptRoot: declaration.Item.IsProduced, cancellationToken, known);
                _judged[declaration] = new JudgedPlan(made, judged.Images);
                return judged;
            });
            refusals.AddRange(trust.Refusals.Select(refusal => refusal with { Location = refusal.Location ?? declaration.Item.Location }));
        }

        return [.. refusals];
    }

    /// <summary>
    /// Makes the plans of all items and keeps them, like <see cref="JudgeAsync"/>, so that exactly what a gate has seen
    /// is relocated.
    /// </summary>
    public async Task KeepPlansAsync(IReadOnlyList<Declaration> declarations, CancellationToken cancellationToken)
    {
        foreach (Declaration declaration in declarations.Where(declaration => !_judged.ContainsKey(declaration)))
        {
            await LocatedAsync(declaration, async () =>
            {
                Relocator relocator = new(registry, new ItemObserver(observer, warnings, declaration.Item.Location));
                _judged[declaration] = new JudgedPlan(
                    await MakePlanAsync(declaration, relocator, asksDestination: false, cancellationToken), null);
                return true;
            });
        }
    }

    /// <summary>Writes the content of all items with kept plans to a folder, as an OCI layout.</summary>
    public async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (JudgedPlan kept in _judged.Values)
            await new Relocator(registry).RunAsync(
                kept.Made.Plan, new RelocationDestination.Archive(folder)
                {
                    Format = ArchiveFormat.LayoutFolder
                }, new TransferOptions { Concurrency = settings.Concurrency }, cancellationToken);
    }

    /// <summary>
    /// Relocates an item. Its artifacts are written after everything has arrived; a relocation with failures writes
    /// none.
    /// </summary>
    /// <exception cref="AirgapException">Any failure, with the item's location.</exception>
    public Task<PublishedItem> RunAsync(Declaration declaration, CancellationToken cancellationToken) =>
        LocatedAsync(declaration, () => RelocateAsync(declaration, cancellationToken));

    /// <summary>Determines what <see cref="RunAsync"/> would do.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <param name="keepsPlan">True if the item is relocated afterwards, by the kept plan.</param>
    /// <exception cref="AirgapException">Any failure, with the item's location.</exception>
    public Task<IReadOnlyList<ForecastItem>> ForecastAsync(
        Declaration declaration, CancellationToken cancellationToken, bool keepsPlan = false) =>
        LocatedAsync<IReadOnlyList<ForecastItem>>(declaration, async () =>
    {
        Relocator relocator = new(registry, new ItemObserver(observer, warnings, declaration.Item.Location));
        ItemPlan made = await PlanAsync(declaration, relocator, cancellationToken);
        using ItemPlan? ended = keepsPlan ? null : made;
        if (Signing?.Admit(declaration.Source, cancellationToken) is { } admission)
            await admission;
        (TransferPlan plan, TransferResult? standing) = (made.Plan, made.Standing);
        TransferForecast forecast = standing is null
            ? await relocator.ForecastAsync(plan, declaration.Destination, Options, cancellationToken)
            : new TransferForecast
            {
                Plan = plan,
                Destination = declaration.Destination,
                Items = standing.Items,
                Root = standing.Root,
                Blobs = standing.Blobs,
                MovesTag = false
            };
        List<ForecastItem> forecasts = [Forecast(declaration, made, forecast)];
        foreach (PlacedPlan part in FurtherOf(declaration, plan))
        {
            TransferForecast placed = await relocator.ForecastAsync(
                part.Plan, part.Destination, MountingFrom(Options, declaration.Repository!), cancellationToken);
            forecasts.Add(new ForecastItem(forecasts[0].Kind, declaration.Item.Include, placed, part.Destination.Name));
        }

        return forecasts;
    });

    /// <summary>What of an item goes to other repositories than its own, by a template.</summary>
    public ImmutableArray<PlacedPlan> FurtherOf(Declaration declaration, TransferPlan plan) =>
        declaration is { Template: { } template, Archive: null, Repository: { } repository }
        ? [.. PlacedPlans.Of(plan, template, TemplateDestination.BaseOf(settings), repository)
            .Where(part => part.Destination.Name != repository)]
        : [];

    private static TransferOptions MountingFrom(TransferOptions options, RepositoryName repository) => options with
    {
        MountFrom = [.. options.MountFrom, repository]
    };

    private async Task<TransferResult> RelocateFurtherAsync(
        TransferResult result, ImmutableArray<PlacedPlan> further, Relocator relocator, TransferOptions options, ITransferObserver told,
        CancellationToken cancellationToken)
    {
        TransferOptions mounting = MountingFrom(options, ((RelocationDestination.Repository)result.Destination).Name);
        List<TransferResult> results = [];
        foreach (PlacedPlan part in further)
        {
            using IDisposable? held =
                await DestinationLock.OfUser(settings.LockTimeout).AcquireAsync(part.Destination, told, cancellationToken);
            results.Add(await relocator.RunAsync(part.Plan, part.Destination, mounting, cancellationToken));
        }

        return result with
        {
            Further = [.. results],
            Failures = [.. result.Failures, .. results.SelectMany(each => each.Failures)],
            Warnings = [.. result.Warnings, .. results.SelectMany(each => each.Warnings)],
        };
    }

    /// <summary>The expected outcome of an item, for reports.</summary>
    public ForecastItem Forecast(Declaration declaration, ItemPlan made, TransferForecast forecast) =>
        new(declaration.Item.Kind.ToString().ToLowerInvariant(), declaration.Item.Include, forecast, declaration.Repository)
        {
            Derived = made.Derived,
            Signatures = SignaturesOf(declaration)
        };

    /// <summary>The transfer options of items.</summary>
    public TransferOptions Options => new()
    {
        Concurrency = settings.Concurrency,
        KeepGoing = settings.KeepGoing,
        Resume = true,
        Repair = settings.Repair,
        MountFrom = settings.MountFrom
    };

    /// <summary>Does an item's work, and adds the item's location to failures.</summary>
    public static async Task<T> LocatedAsync<T>(Declaration declaration, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (AirgapException e) when (e.Location is null)
        {
            // Only the bundle or image itself is requested by the pin; its parts have their own digests.
            bool unpinnable = e.Code is ErrorCode.ManifestUnknown && declaration.Pin is { } pin
                && e.Message.Contains(pin.ToString(), StringComparison.Ordinal);
            throw new AirgapException(
                e.Code, e.Message, unpinnable
                ? "The project's lock pins this digest, which no longer exists: " +
                $"{PropertyNames.UpdateLock}=true locks the tag's current digest."
                : e.Advice, e)
            {
                Reference = e.Reference,
                Digest = e.Digest,
                StatusCode = e.StatusCode,
                Location = declaration.Item.Location,
            };
        }
    }

    private Task<ItemPlan> PlanAsync(Declaration declaration, Relocator relocator, CancellationToken cancellationToken) =>
        _judged.TryGetValue(declaration, out JudgedPlan? judged)
        ? Task.FromResult(judged.Made)
        : MakePlanAsync(declaration, relocator, asksDestination: true, cancellationToken);

    /// <summary>
    /// The transfer options of an item, including signing of its archive or waiting for its signature.
    /// </summary>
    public TransferOptions OptionsFor(Declaration declaration, CancellationToken cancellationToken) =>
        Signing?.Over(Options, declaration.Source, cancellationToken) ?? Options;

    /// <summary>True for an item whose plan was made for verification.</summary>
    public bool IsJudged(Declaration declaration) => _judged.ContainsKey(declaration);

    /// <summary>The verified plan.</summary>
    public ItemPlan JudgedOf(Declaration declaration) => _judged[declaration].Made;

    private ImmutableArray<TrustedImage>? SignaturesOf(Declaration declaration) => _judged.GetValueOrDefault(declaration)?.Images;

    private sealed record JudgedPlan(ItemPlan Made, ImmutableArray<TrustedImage>? Images);

    // If an up-to-date archive exists, the result is already known.
    private async Task<ItemPlan> MakePlanAsync(
        Declaration declaration, Relocator relocator, bool asksDestination, CancellationToken cancellationToken)
    {
        ItemSource source = await OpenAsync(declaration, relocator, asksDestination, cancellationToken);
        try
        {
            TransferResult? standing = declaration is { SharesArchive: false, Destination: RelocationDestination.Archive archive }
                ? await relocator.FindStandingAsync(source.Source, archive, source.Options, cancellationToken)
                : null;
            if (standing is null && declaration is { SharesArchive: false, Destination: RelocationDestination.Archive alone })
                await SharedItems.RefuseToReplaceAsync(declaration, alone, settings, cancellationToken);
            return await PlanOfAsync(declaration, source, standing, cancellationToken);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The source of an item, and its planning.</summary>
    public async Task<ItemSource> OpenAsync(
        Declaration declaration, Relocator relocator, bool asksDestination, CancellationToken cancellationToken)
    {
        Signing?.Admit(declaration.Source, cancellationToken);
        if (!settings.VerifyBase.IsEmpty && declaration.Archive is not null)
            await BaseAdmission.VerifyAsync(
                ItemBases.NamesOf(settings, declaration), [.. settings.VerifyBase.Select(settings.FullPath)],
                settings.PartsIn, cancellationToken);
        PlanOptions options = new()
        {
            IncludeNonDistributableLayers = settings.IncludeNonDistributableLayers,
            KeepGoing = settings.KeepGoing,
            EmbedConfigs = declaration.Destination is RelocationDestination.Archive { EmbedsConfigs: true },
            // Content to repair or to verify is read from the source.
            Destination = settings.Repair || !asksDestination ? null : (declaration.Destination as RelocationDestination.Repository)?.Name,
            EarlierArchive = declaration.Archive,
            Pin = declaration.Pin,
            // Content shared by several items is left out of all of them.
            Bases = declaration.SharesArchive ? [] : ItemBases.Of(settings, [declaration], text => observer?.Notice(text)),
            Concurrency = settings.Concurrency,
        };
        ItemObserver told = new(observer, warnings, declaration.Item.Location);
        return await ItemSource.CreateAsync(
            declaration, registry, relocator, told, options.Carrying(declaration.Artifacts), cancellationToken);
    }

    /// <summary>
    /// The plan of an item, with its PackageRepository: made before anything moves, so that a name that the cluster
    /// would refuse costs no transfer.
    /// </summary>
    /// <param name="declaration">The item.</param>
    /// <param name="source">Its source.</param>
    /// <param name="standing">The result, if already known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ItemPlan> PlanOfAsync(
        Declaration declaration, ItemSource source, TransferResult? standing, CancellationToken cancellationToken)
    {
        TransferPlan plan = standing?.Plan ?? await source.PlanAsync(cancellationToken);
        source.Verify(plan);
        TellDrift(declaration, plan);
        return new ItemPlan(plan, standing,
            await new ItemManifest(registry, warnings, settings).CreateAsync(declaration, plan, cancellationToken), source,
            source.Report(plan));
    }

    // Locked mode accepts only the locked digest.
    private void TellDrift(Declaration declaration, TransferPlan plan)
    {
        if (PlanRoot.Of(plan) is not { } root
            || LockedSelections.FindDrift(declaration, root.Digest, settings.FullLockFile) is not { } drift)
            return;
        if (settings.LockedMode)
            throw new AirgapException(drift.Code, drift.Message, drift.Advice) { Reference = drift.Reference, Location = drift.Location };
        warnings.Add(drift, declaration.Item.Location);
    }

    private async Task<PublishedItem> RelocateAsync(Declaration declaration, CancellationToken cancellationToken)
    {
        ItemObserver itemObserver = new(observer, warnings, declaration.Item.Location);
        Relocator relocator = new(registry, itemObserver);

        // Held during planning as well, which asks what the destination has.
        using IDisposable? held =
            await DestinationLock.OfUser(settings.LockTimeout).AcquireAsync(declaration.Destination, itemObserver, cancellationToken);
        using ItemPlan made = await PlanAsync(declaration, relocator, cancellationToken);
        (TransferPlan plan, TransferResult? standing) = (made.Plan, made.Standing);
        if (declaration.Archive is not null)
            ArtifactFile.MakeFolder(OutputCheck.OfArchive(declaration.Archive, makesFolder: true).Folder);
        TransferOptions how = OptionsFor(declaration, cancellationToken);
        if (how.Admission is { } admission && standing is not null)
            await admission;
        // Divided before anything moves, so that an invalid name costs no transfer.
        ImmutableArray<PlacedPlan> further = FurtherOf(declaration, plan);
        TransferResult result = standing ?? await relocator.RunAsync(plan, declaration.Destination, how, cancellationToken);
        if (result.IsComplete && !further.IsEmpty)
        {
            // Two projects may have each other's repositories as destinations: to avoid a deadlock, none waits for a
            // destination while holding another.
            held?.Dispose();
            result = await RelocateFurtherAsync(result, further, relocator, how, itemObserver, cancellationToken);
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
            warnings.Add(warning, declaration.Item.Location);
        if (!isWhole)
            return new PublishedItem(declaration.Item, result, []) { Derived = made.Derived, Signatures = SignaturesOf(declaration) };

        if (settings.Provenance && declaration.Item.IsProduced && Signing?.Key is { } key && result.IsComplete)
            await ProvenanceAttacher.AttachAsync(settings, key, result, registry, Reporting.ReportPlaces.Of([]).Version, cancellationToken);
        foreach (TransferResult further in signs ? result.Further : [])
            await (Signing?.SignAsync(further, registry, text => observer?.Notice(text), cancellationToken)
                ?? Task.FromResult<IReadOnlyList<string>>([]));
        IReadOnlyList<string> signatures = Signing is null || !signs ? [
            ] : await Signing.SignAsync(result, registry, text => observer?.Notice(text), cancellationToken);

        // The digests are known here, so the artifacts can give the references at the far side of the air gap.
        if (declaration is { Archive: not null, Repository: { } repository })
            result = ItemArtifacts.WithDestination(result, repository);
        ItemArtifacts writer = new(warnings, artifacts, objects) { RefusesAnonymous = RefusesAnonymous };
        ImmutableArray<PublishedFile> files = await writer.WriteAsync(declaration, result, made.Manifest, cancellationToken);
        return new PublishedItem(
            declaration.Item, result,
            [.. files, .. signatures.Select(path => artifacts.Take(new PublishedFile(path, PublishedFileKind.Signature)))])
        {
            Derived = made.Derived,
            Signatures = SignaturesOf(declaration)
        };
    }
}
