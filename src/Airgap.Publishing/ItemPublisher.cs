using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Trusting;
using Airgap.Transfer;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
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

    private readonly Dictionary<Declaration, JudgedPlan> _judged = [];

    /// <summary>
    /// Makes the plans of all items and judges their images, before anything moves. The plans are kept: what was judged is what is relocated, and nothing is resolved again.
    /// What the project makes itself is not judged, only what it pins.
    /// </summary>
    /// <param name="declarations">The items.</param>
    /// <param name="rules">Who has to have signed.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>Every refusal; empty when all is accepted.</returns>
    public async Task<ImmutableArray<Diagnostic>> JudgeAsync(IReadOnlyList<Declaration> declarations, TrustRuleSet rules, CancellationToken cancellationToken)
    {
        List<Diagnostic> refusals = [];
        foreach (Declaration declaration in declarations)
        {
            PlanTrust trust = await LocatedAsync(declaration, async () =>
            {
                Relocator relocator = new(registry, new ItemObserver(observer, warnings, declaration.Item.Location));
                ItemPlan made = await MakePlanAsync(declaration, relocator, asksDestination: false, cancellationToken);
                PlanTrust judged = await PlanTrust.JudgeAsync(made.Plan, registry, rules.For, exceptRoot: declaration.Item.IsProduced, cancellationToken);
                _judged[declaration] = new JudgedPlan(made, judged.Images);
                return judged;
            });
            refusals.AddRange(trust.Refusals.Select(refusal => refusal with { Location = refusal.Location ?? declaration.Item.Location }));
        }

        return [.. refusals];
    }

    /// <summary>Relocates an item. Its artifacts are written when everything is at the destination; a relocation with failures leaves none.</summary>
    /// <exception cref="AirgapException">Any failure, with the item's place.</exception>
    public Task<PublishedItem> RunAsync(Declaration declaration, CancellationToken cancellationToken) =>
        LocatedAsync(declaration, () => RelocateAsync(declaration, cancellationToken));

    /// <summary>Finds out what <see cref="RunAsync"/> would do.</summary>
    /// <exception cref="AirgapException">Any failure, with the item's place.</exception>
    public Task<ForecastItem> ForecastAsync(Declaration declaration, CancellationToken cancellationToken) => LocatedAsync(declaration, async () =>
    {
        Relocator relocator = new(registry, new ItemObserver(observer, warnings, declaration.Item.Location));
        using ItemPlan made = await PlanAsync(declaration, relocator, cancellationToken);
        (TransferPlan plan, TransferResult? standing) = (made.Plan, made.Standing);
        TransferForecast forecast = standing is null
            ? await relocator.ForecastAsync(plan, declaration.Destination, Options, cancellationToken)
            : new TransferForecast { Plan = plan, Destination = declaration.Destination, Items = standing.Items, Root = standing.Root, Blobs = standing.Blobs, MovesTag = false };
        return new ForecastItem(declaration.Item.Kind.ToString().ToLowerInvariant(), declaration.Item.Include, forecast, declaration.Repository) { Derived = made.Derived, Signatures = SignaturesOf(declaration) };
    });

    private TransferOptions Options => new() { Concurrency = settings.Concurrency, KeepGoing = settings.KeepGoing, Resume = true, Repair = settings.Repair, MountFrom = settings.MountFrom };

    private static async Task<T> LocatedAsync<T>(Declaration declaration, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (AirgapException e) when (e.Location is null)
        {
            // Only the bundle or image itself is asked for by the pin; what it consists of has digests of its own.
            bool unpinnable = e.Code is ErrorCode.ManifestUnknown && declaration.Pin is { } pin && e.Message.Contains(pin.ToString(), StringComparison.Ordinal);
            throw new AirgapException(e.Code, e.Message, unpinnable ? $"The project's lock pins this digest, which is gone: {PropertyNames.UpdateLock}=true locks what the tag stands for now." : e.Advice, e)
            {
                Reference = e.Reference,
                Digest = e.Digest,
                StatusCode = e.StatusCode,
                Location = declaration.Item.Location,
            };
        }
    }

    private Task<ItemPlan> PlanAsync(Declaration declaration, Relocator relocator, CancellationToken cancellationToken) => _judged.TryGetValue(declaration, out JudgedPlan? judged)
        ? Task.FromResult(judged.Made)
        : MakePlanAsync(declaration, relocator, asksDestination: true, cancellationToken);

    private ImmutableArray<TrustedImage>? SignaturesOf(Declaration declaration) => _judged.GetValueOrDefault(declaration)?.Images;

    private sealed record JudgedPlan(ItemPlan Made, ImmutableArray<TrustedImage> Images);

    // The result is there already where an archive stands that a run would only write again.
    private async Task<ItemPlan> MakePlanAsync(Declaration declaration, Relocator relocator, bool asksDestination, CancellationToken cancellationToken)
    {
        PlanOptions options = new()
        {
            IncludeNonDistributableLayers = settings.IncludeNonDistributableLayers,
            KeepGoing = settings.KeepGoing,
            EmbedConfigs = declaration.Destination is RelocationDestination.Archive { EmbedsConfigs: true },
            // What is to be repaired is read from the source, and so is what is judged.
            Destination = settings.Repair || !asksDestination ? null : (declaration.Destination as RelocationDestination.Repository)?.Name,
            EarlierArchive = declaration.Archive,
            Pin = declaration.Pin,
            Bases = ItemBases.Of(settings, declaration, text => observer?.Notice(text)),
            Concurrency = settings.Concurrency,
        };
        ItemObserver told = new(observer, warnings, declaration.Item.Location);
        ItemSource source = await ItemSource.CreateAsync(declaration, registry, relocator, told, options.Carrying(declaration.Artifacts), cancellationToken);
        try
        {
            TransferResult? standing = declaration.Destination is RelocationDestination.Archive archive
                ? await relocator.FindStandingAsync(source.Source, archive, source.Options, cancellationToken)
                : null;
            TransferPlan plan = standing?.Plan ?? await source.PlanAsync(cancellationToken);
            source.Verify(plan);
            // Made before anything moves, so that a name the cluster would refuse costs no transfer.
            return new ItemPlan(plan, standing, await CreateManifestAsync(declaration, plan, cancellationToken), source, source.Report(plan));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private async Task<PublishedItem> RelocateAsync(Declaration declaration, CancellationToken cancellationToken)
    {
        ItemObserver itemObserver = new(observer, warnings, declaration.Item.Location);
        Relocator relocator = new(registry, itemObserver);

        // Held while the plan is made, too: it asks what the destination has.
        using IDisposable? held = await DestinationLock.OfUser(settings.LockTimeout).AcquireAsync(declaration.Destination, itemObserver, cancellationToken);
        using ItemPlan made = await PlanAsync(declaration, relocator, cancellationToken);
        (TransferPlan plan, TransferResult? standing, PackageRepositoryManifest? manifest) = (made.Plan, made.Standing, made.Manifest);
        if (declaration.Archive is not null)
            ArtifactFile.MakeFolder(OutputCheck.OfArchive(declaration.Archive, makesFolder: true).Folder);
        TransferResult result = standing ?? await relocator.RunAsync(plan, declaration.Destination, Options, cancellationToken);
        foreach (Diagnostic warning in result.Warnings)
            warnings.Add(warning, declaration.Item.Location);
        if (!result.IsComplete)
            return new PublishedItem(declaration.Item, result, []) { Derived = made.Derived, Signatures = SignaturesOf(declaration) };

        // The digests are known here, so the artifacts can name the place at the far side of the air gap.
        if (declaration is { Archive: not null, Repository: { } repository })
            result = WithDestination(result, repository);
        return new PublishedItem(declaration.Item, result, await WriteArtifactsAsync(declaration, result, manifest, cancellationToken)) { Derived = made.Derived, Signatures = SignaturesOf(declaration) };
    }

    private async Task<PackageRepositoryManifest?> CreateManifestAsync(Declaration declaration, TransferPlan plan, CancellationToken cancellationToken)
    {
        if (declaration is not { Manifest: { } options, Repository: { } repository })
            return null;
        PlannedItem? root = PlanRoot.Of(plan);
        bool hasPackages = root is not null && (options.IsPlainImage
            ? plan.Source is RelocationSource.Archive || await PlainImagePackages.FindAsync(registry.GetRepository(root.Source.Repository), root.Digest, cancellationToken) != false
            : plan.RootBundle is { HasPackages: true });
        if (root is null || !hasPackages)
        {
            if (declaration.ManifestAsked)
            {
                warnings.Add(
                    declaration.Item.Problem(
                        ErrorCode.NotAPackageRepository,
                        $"{declaration.Item.Include} has no packages/ directory, so no PackageRepository manifest is written.",
                        $"Remove PackageRepository from the item, or declare {(options.IsPlainImage ? "an image" : "a bundle")} that is a package repository."),
                    declaration.Item.Location);
            }

            return null;
        }

        EarlierManifest? earlier = EarlierManifest.Find(Path.Combine(settings.FullOutputPath, ArtifactFolder.Manifests, $"{declaration.Name}.packagerepository.yml"), options.Name ?? repository.LastSegment);
        RepositoryName cluster = declaration.ClusterRepository ?? repository;
        options = earlier?.Follow(options, cluster, root.Digest, warning => warnings.Add(warning, declaration.Item.Location)) ?? options;
        if (declaration.Archive is null && plan.RootBundle is { } bundle
            && await DroppedVersions.FindAsync(registry.GetRepository(repository), repository, root.Tag, earlier?.Repository == cluster ? earlier with { Repository = repository } : earlier, root.Digest, bundle.Packages, cancellationToken) is { } dropped)
        {
            warnings.Add(dropped, declaration.Item.Location);
        }

        PackageRepositoryManifest manifest = PackageRepositoryWriter.Create(cluster, root.Digest, root.Tag, options);
        if (settings.Access.CaCertificates.Length > 0 && options.CaCertificates.Length == 0)
            warnings.Add(NoTrust(declaration, cluster), declaration.Item.Location);
        foreach (Diagnostic warning in manifest.Warnings.Concat(plan.RootBundle?.PackageWarnings ?? []))
            warnings.Add(warning, declaration.Item.Location);
        return manifest;
    }

    // What has to be carried: the archive, or the list of its parts, which is named first, with all that it lists.
    private static IEnumerable<string> ArchiveFilesOf(Declaration declaration)
    {
        if (declaration.Archive is not { } archive)
            return [];
        if (declaration.ArchiveVolumeSize is null)
            return [archive];
        string list = PartName.ListOf(archive);
        return [list, PartName.SumsOf(archive), .. PartList.Read(list).Parts.Select(part => Path.Combine(Path.GetDirectoryName(archive)!, part.Name))];
    }

    private static Diagnostic NoTrust(Declaration declaration, RepositoryName repository) => declaration.Item.Problem(
        ErrorCode.ClusterTrustNotWritten,
        $"The registry {repository.Registry} may be known by a certificate authority of {PropertyNames.CaCertificates} alone, and kapp-controller does not know it: without it a cluster answers 'x509: certificate signed by unknown authority'.",
        $"Set {MetadataNames.ControllerConfig}=\"true\" on the item to write the Secret kapp-controller-config, or see that the cluster trusts it already.");

    private async Task<ImmutableArray<PublishedFile>> WriteArtifactsAsync(
        Declaration declaration,
        TransferResult result,
        PackageRepositoryManifest? manifest,
        CancellationToken cancellationToken)
    {
        List<PublishedFile> files = [];
        foreach (string path in ArchiveFilesOf(declaration))
            files.Add(artifacts.Take(new PublishedFile(path, PublishedFileKind.Archive)));
        if (declaration.Repository is not null)
        {
            string kind = result.Root is { Item.IsBundle: true } ? "bundle-lock" : "images-lock";
            files.Add(await artifacts.WriteAsync(LockOf(declaration, kind), LockOutput.Create(declaration.ClusterRepository is { } known ? WithDestination(result, known) : result), PublishedFileKind.Lock, cancellationToken));
        }

        if (manifest is not null && RefusesAnonymous is not null && declaration is { Archive: null, Repository: { } mirror, Manifest: { SecretVariant: PullSecretVariant.None, IsPlainImage: false } } && result.Root is { } root
            && await RefusesAnonymous(ImageReference.ByDigest(mirror, root.Item.Digest), manifest.Name, cancellationToken) is { } refusal)
        {
            warnings.Add(refusal, declaration.Item.Location);
        }

        if (manifest is not null)
        {
            string name = ManifestOf(declaration);
            foreach (KubernetesObject part in manifest.Objects)
                objects.Add(part, name);
            files.Add(await artifacts.WriteAsync(Path.Combine(ArtifactFolder.Manifests, name), objects.Text(manifest.Objects, name), PublishedFileKind.PackageRepository, cancellationToken));
        }

        if (declaration is { GitOps: { } gitOps, Repository: { } place } && result.Root is { } content)
        {
            PackageRepositoryManifest made = GitOpsWriter.Create(declaration.ClusterRepository ?? place, content.Item.Digest, content.Item.Tag, result.Plan.RootBundle?.Lock, gitOps);
            foreach (Diagnostic warning in made.Warnings)
                warnings.Add(warning, declaration.Item.Location);
            files.Add(await artifacts.WriteAsync(Path.Combine(ArtifactFolder.Manifests, GitOpsOf(declaration)), made.Yaml, PublishedFileKind.GitOps, cancellationToken));
        }

        return [.. files];
    }

    /// <summary>The artifacts that an item may leave, by their paths in the artifacts' folder.</summary>
    public static IEnumerable<string> ArtifactsOf(Declaration declaration) => declaration.Repository is null
        ? []
        : [LockOf(declaration, "bundle-lock"), LockOf(declaration, "images-lock"), Path.Combine(ArtifactFolder.Manifests, ManifestOf(declaration)), Path.Combine(ArtifactFolder.Manifests, GitOpsOf(declaration))];

    private static string LockOf(Declaration declaration, string kind) => $"{declaration.Name}.{kind}.yml";

    private static string ManifestOf(Declaration declaration) => $"{declaration.Name}.packagerepository.yml";

    private static string GitOpsOf(Declaration declaration) => $"{declaration.Name}.gitops.yml";

    private static TransferResult WithDestination(TransferResult result, RepositoryName repository)
    {
        return result with
        {
            Destination = new RelocationDestination.Repository(repository),
            Items = [.. result.Items.Select(Place)],
            Root = result.Root is { } root ? Place(root) : null,
        };

        RelocatedItem Place(RelocatedItem item) => item with { Destination = ImageReference.ByDigest(repository, item.Item.Digest) };
    }
}
