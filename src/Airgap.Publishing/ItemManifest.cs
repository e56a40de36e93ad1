using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Makes an item's PackageRepository before anything moves, so that a manifest the cluster would refuse costs no
/// transfer.
/// </summary>
internal sealed class ItemManifest(IRegistry registry, PublishWarnings warnings, PublishSettings settings)
{
    /// <summary>
    /// Makes the PackageRepository of an item that is to have one, and warns about what a cluster would not accept.
    /// </summary>
    /// <returns>Null if the item requests none, or is not a package repository.</returns>
    /// <exception cref="AirgapException">A name that a cluster refuses, or a registry's failure.</exception>
    public async Task<PackageRepositoryManifest?> CreateAsync(
        Declaration declaration, TransferPlan plan, CancellationToken cancellationToken)
    {
        if (declaration is not { Manifest: { } options, Repository: { } repository })
            return null;
        PlannedItem? root = PlanRoot.Of(plan);
        bool hasPackages = root is not null && (options.IsPlainImage
            ? plan.Source is RelocationSource.Archive
            || await PlainImagePackages.FindAsync(registry.GetRepository(root.Source.Repository), root.Digest, cancellationToken) != false
            : plan.RootBundle is { HasPackages: true });
        if (root is null || !hasPackages)
        {
            if (declaration.ManifestAsked)
            {
                warnings.Add(
                    declaration.Item.Problem(
                        ErrorCode.NotAPackageRepository,
                        $"{declaration.Item.Include} has no packages/ directory, so no PackageRepository manifest is written.",
                        "Remove PackageRepository from the item, or declare " +
                        $"{(options.IsPlainImage ? "an image" : "a bundle")} that is a package repository."),
                    declaration.Item.Location);
            }

            return null;
        }

        EarlierManifest? earlier = EarlierManifest.Find(
            Path.Combine(settings.FullOutputPath, ArtifactFolder.Manifests, ItemArtifacts.ManifestOf(declaration)),
            options.Name ?? repository.LastSegment);
        RepositoryName cluster = declaration.ClusterRepository ?? repository;
        options = earlier?.Follow(options, cluster, root.Digest, warning => warnings.Add(warning, declaration.Item.Location)) ?? options;
        if (declaration.Archive is null && plan.RootBundle is { } bundle
            && await DroppedVersions.FindAsync(
                registry.GetRepository(repository), repository, root.Tag, earlier?.Repository == cluster
                ? earlier with { Repository = repository } : earlier, root.Digest, bundle, cancellationToken) is { } dropped)
        {
            warnings.Add(dropped, declaration.Item.Location);
        }

        PackageRepositoryManifest manifest = PackageRepositoryWriter.Create(cluster, root.Digest, root.Tag, options);
        if (settings.Access.CaCertificates.Length > 0 && options.CaCertificates.Length == 0)
            warnings.Add(NoTrust(declaration, cluster), declaration.Item.Location);
        // Under another name, the cluster may reach the same registry by TLS.
        if (declaration.Archive is null && cluster == repository && await PlainHttpMirror.FindProblemAsync(
            registry, repository, manifest.Name, cancellationToken) is { } unreachable)
            warnings.Add(unreachable, declaration.Item.Location);
        // The content of a produced bundle was checked as files, which includes its templates.
        foreach (Diagnostic warning in manifest.Warnings.Concat(plan.RootBundle?.PackageWarnings ?? [])
            .Where(warning => warning.Code != ErrorCode.TemplateRendersLock || !declaration.Item.IsProduced))
            warnings.Add(warning, declaration.Item.Location);
        return manifest;
    }

    private static Diagnostic NoTrust(Declaration declaration, RepositoryName repository) => declaration.Item.Problem(
        ErrorCode.ClusterTrustNotWritten,
        $"The certificate of {repository.Registry} may be signed by an authority of {PropertyNames.CaCertificates}, and " +
        "kapp-controller may not know that authority: a cluster then fails with 'x509: certificate signed by unknown authority'.",
        $"Set {MetadataNames.ControllerConfig}=\"true\" on the item to write the Secret kapp-controller-config, or make sure that the " +
        "cluster " +
        "already trusts it.");
}
