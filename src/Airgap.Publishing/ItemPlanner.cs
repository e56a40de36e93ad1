using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Makes the plan of one item, with its PackageRepository.</summary>
internal sealed class ItemPlanner(PublishScope scope)
{
    private PublishSettings Settings => scope.Settings;

    /// <summary>
    /// Makes the plan of an item; for an up-to-date archive, also the result.
    /// </summary>
    /// <param name="declaration">The item.</param>
    /// <param name="relocator">Reads the item's source.</param>
    /// <param name="asksDestination">True if the plan leaves out what the destination has.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<ItemPlan> MakeAsync(
        Declaration declaration, Relocator relocator, bool asksDestination, CancellationToken cancellationToken)
    {
        ItemSource source = await OpenAsync(declaration, relocator, asksDestination, cancellationToken);
        try
        {
            // Precomputed plans were checked before; an archive is merged again.
            TransferResult? upToDate = scope.Given is null
                && declaration is { SharesArchive: false, Destination: RelocationDestination.Archive archive }
                ? await relocator.FindUpToDateAsync(source.Source, archive, source.Options, cancellationToken)
                : null;
            if (upToDate is null && declaration is { SharesArchive: false, Destination: RelocationDestination.Archive alone })
                await SharedItems.RefuseToReplaceAsync(declaration, alone, Settings, cancellationToken);
            return await PlanOfAsync(declaration, source, upToDate, cancellationToken);
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
        _ = scope.Signing.Admit(declaration.Source, cancellationToken);
        if (!Settings.VerifyBase.IsEmpty && declaration.Archive is not null)
            await BaseAdmission.VerifyAsync(
                ItemBases.NamesOf(Settings, declaration), [.. Settings.VerifyBase.Select(key => KeyAddress.FullPath(Settings, key))],
                Settings.PartsIn, cancellationToken);
        PlanOptions options = new()
        {
            IncludeNonDistributableLayers = Settings.IncludeNonDistributableLayers,
            KeepGoing = Settings.KeepGoing,
            EmbedConfigs = declaration.Destination is RelocationDestination.Archive { EmbedsConfigs: true },
            // Content to repair or to verify is read from the source.
            Destination = Settings.Repair || !asksDestination ? null : (declaration.Destination as RelocationDestination.Repository)?.Name,
            EarlierArchive = declaration.Archive,
            Pin = declaration.Pin,
            // The items of a shared archive have common bases, which apply when the items are merged.
            Bases = declaration.SharesArchive ? [] : ItemBases.Of(Settings, [declaration], scope.Notice),
            // A repair reads everything again; with an archive, there are no manifests to fetch.
            EarlierPlans = Settings.Repair || declaration.Source is RelocationSource.Archive ? [] : scope.EarlierPlans,
            Concurrency = Settings.Concurrency,
        };
        return await ItemSource.CreateAsync(
            declaration, scope.Registry, relocator, scope.ObserverOf(declaration),
            options.Carrying(declaration.Artifacts), cancellationToken);
    }

    /// <summary>
    /// The plan of an item, with its PackageRepository: made before anything moves, so that a name that the cluster
    /// would refuse costs no transfer.
    /// </summary>
    /// <param name="declaration">The item.</param>
    /// <param name="source">Its source.</param>
    /// <param name="upToDate">The result, if already known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ItemPlan> PlanOfAsync(
        Declaration declaration, ItemSource source, TransferResult? upToDate, CancellationToken cancellationToken)
    {
        TransferPlan plan = upToDate?.Plan ?? scope.Given?.PlanOf(declaration) ?? await source.PlanAsync(cancellationToken);
        source.Verify(plan);
        if (scope.Given is { } given && source.DerivedDigest is { } derived && PlanRoot.Of(plan)?.Digest != derived)
            throw given.NotOf(declaration, $"deriving it by {declaration.Selection} gives {derived} now");
        WarnAboutDrift(declaration, plan);
        return new ItemPlan(plan, upToDate,
            await new ItemManifest(scope.Registry, scope.Warnings, Settings).CreateAsync(declaration, plan, cancellationToken), source,
            source.Report(plan));
    }

    // Locked mode accepts only the locked digest.
    private void WarnAboutDrift(Declaration declaration, TransferPlan plan)
    {
        if (PlanRoot.Of(plan) is not { } root
            || LockedSelections.FindDrift(declaration, root.Digest, Settings.FullLockFile) is not { } drift)
            return;
        if (Settings.LockedMode)
            throw new AirgapException(drift.Code, drift.Message, drift.Advice) { Reference = drift.Reference, Location = drift.Location };
        scope.Warnings.Add(drift, declaration.Item.Location);
    }
}
