using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>Describes the content of a bundle, without fetching layers of its images.</summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Receives details for the log; null for none.</param>
internal sealed class Describer(IRegistry registry, ITransferObserver? observer = null)
{
    /// <summary>
    /// Describes a bundle in a registry. Each image is looked up in the bundle's own repository first and, if it is not
    /// there, at its recorded origin (never with <see cref="DescribeOptions.Origins"/> false).
    /// </summary>
    /// <exception cref="AirgapException">1xxx: a registry; <see cref="ErrorCode.NotABundle"/>, <see cref="ErrorCode.InvalidBundle"/>,
    /// <see cref="ErrorCode.ImageNotFound"/>.</exception>
    public async Task<BundleDescription> DescribeAsync(
        ImageReference bundle, DescribeOptions options, CancellationToken cancellationToken) =>
        (await SurveyAsync(bundle, options, withPlan: false, cancellationToken)).Description;

    /// <summary>
    /// Describes a bundle in a registry, with the plan of its relocation, including sizes and shared layers.
    /// </summary>
    /// <exception cref="AirgapException">As <see cref="DescribeAsync"/>.</exception>
    public async Task<BundleSurvey> SurveyAsync(ImageReference bundle, DescribeOptions options, CancellationToken cancellationToken)
    {
        (BundleDescription description, TransferPlan? plan) = await SurveyAsync(bundle, options, withPlan: true, cancellationToken);
        return new BundleSurvey(description, plan!);
    }

    private async Task<(BundleDescription Description, TransferPlan? Plan)> SurveyAsync(
        ImageReference bundle, DescribeOptions options, bool withPlan, CancellationToken cancellationToken)
    {
        ITransferObserver told = observer ?? SilentObserver.Instance;
        PlanOptions planOptions = new() { CosignSignatures = options.CosignArtifacts };
        using SourceReader reader = new(registry, options.Concurrency, isSource: static _ => true);
        ManifestTree tree = new(reader, planOptions);
        BundleClosure closure = new(reader, tree, told, onlyBeside: !options.Origins);
        Manifest manifest = await reader.FindManifestAsync(bundle.Repository, bundle.Selector, cancellationToken)
            ?? throw TagLister.NotFound(bundle);
        (PlannedManifest planned, bool isBundle) = await closure.InspectAsync(bundle.Repository, manifest, cancellationToken);
        if (!isBundle)
        {
            throw new AirgapException(
                ErrorCode.NotABundle,
                $"Only bundles can be described, and {bundle} is not a bundle.",
                "Name a bundle, which 'imgpkg push -b' makes.")
            { Reference = bundle.ToString(), Digest = manifest.Digest.ToString() };
        }

        BundleNode root = await closure.ExpandAsync(bundle.WithDigest(manifest.Digest), planned, isRoot: false, cancellationToken);
        RegistryExtras extras = new(reader, told, options);
        BundleDescription description =
            await new DescriptionTree(options, extras.OfBundleAsync, extras.OfImageAsync).DescribeAsync(root, cancellationToken);
        if (!withPlan)
            return (description, null);

        RelocationSource source = new RelocationSource.Bundle(bundle);
        ImageFailures none = new(keepGoing: false);
        PlanBuilder builder = new(source, planOptions, none);
        PlannedItem item = builder.AddBundle(root, bundle.Digest is null ? bundle.Tag : null, recordOrigins: true);
        await new Artifacts(reader, tree, planOptions, told, none).AddToAsync(builder, cancellationToken);
        return (description, builder.Build(
            item, (node, blob) => new PlannedBlob(reader.ContentOf(node.Origin, blob), node.Origin), imagesLock: null));
    }

    /// <summary>
    /// Describes the root bundle of an archive, as it was at the archive's source. Opens no connection.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, <see cref="ErrorCode.ArchiveRootUnknown"/>, or a 3xxx code
    /// of the file.</exception>
    public static async Task<BundleDescription> DescribeArchiveAsync(
        RelocationSource.Archive source, DescribeOptions options, CancellationToken cancellationToken) =>
        (await SurveyArchiveAsync(source, options, cancellationToken)).Description;

    /// <summary>
    /// Describes the root bundle of an archive, with the plan of its relocation. Opens no connection.
    /// </summary>
    /// <exception cref="AirgapException">As <see cref="DescribeArchiveAsync"/>.</exception>
    public static async Task<BundleSurvey> SurveyArchiveAsync(
        RelocationSource.Archive source, DescribeOptions options, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(source, cancellationToken);
        ArchivePlanner planner = new(archive, new PlanOptions());
        TransferPlan plan = await planner.PlanAsync(source, cancellationToken);
        BundleNode root = planner.Root ?? throw RootlessArchive.Of(source, plan, "described");
        ArchiveExtras extras = new(plan, options);
        BundleDescription description =
            await new DescriptionTree(options, ArchiveExtras.OfBundleAsync, extras.OfImageAsync).DescribeAsync(root, cancellationToken);
        return new BundleSurvey(description, plan);
    }
}
