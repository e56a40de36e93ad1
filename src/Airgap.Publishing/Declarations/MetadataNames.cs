using System.Collections.Immutable;

namespace Airgap.Publishing.Declarations;

/// <summary>The metadata that items may carry.</summary>
internal static class MetadataNames
{
    /// <summary>The destination repository: whole when it names a host, else below <c>AirgapRegistry</c>.</summary>
    public const string Repository = "Repository";

    /// <summary>
    /// The template for the repositories of the item and of each image that it pins, made from their sources; overrides
    /// the property.
    /// </summary>
    internal const string RepositoryTemplate = "RepositoryTemplate";

    /// <summary>Name of the PackageRepository; <c>true</c> for the default name, <c>none</c> for no manifest.</summary>
    public const string PackageRepository = "PackageRepository";

    /// <summary>The namespace of the PackageRepository.</summary>
    public const string Namespace = "Namespace";

    /// <summary>The pull secret's name.</summary>
    public const string SecretName = "SecretName";

    /// <summary>The namespace of the placeholder Secret and its SecretExport.</summary>
    public const string SecretNamespace = "SecretNamespace";

    /// <summary>How the pull secret is written: a <see cref="Airgap.Transfer.Kubernetes.PullSecretVariant"/>.</summary>
    public const string PullSecret = "PullSecret";

    /// <summary>How often the cluster checks for changes, a Go duration.</summary>
    public const string SyncPeriod = "SyncPeriod";

    /// <summary>Semver constraints by which the cluster chooses a tag.</summary>
    public const string TagSelection = "TagSelection";

    /// <summary>Prerelease identifiers that the tag selection accepts, separated by commas.</summary>
    public const string Prereleases = "Prereleases";

    /// <summary>How the manifest names the bundle: a <see cref="Airgap.Transfer.Kubernetes.ReferencePinning"/>.</summary>
    public const string Pinning = "Pinning";

    /// <summary>The API group and version of the PackageRepository.</summary>
    public const string ApiVersion = "ApiVersion";

    /// <summary>
    /// The namespaces, besides the PackageRepository's, to which secretgen-controller exports the pull secret; <c>*</c>
    /// for all.
    /// </summary>
    internal const string ToNamespaces = "ToNamespaces";

    /// <summary><c>true</c> to write the Namespaces of the manifest, before the objects in them.</summary>
    internal const string CreateNamespace = "CreateNamespace";

    /// <summary>A package to install, as <c>NAME@VERSIONS</c>.</summary>
    internal const string PackageInstall = "PackageInstall";

    /// <summary>The namespace of the PackageInstall; the PackageRepository's by default.</summary>
    internal const string InstallNamespace = "InstallNamespace";

    /// <summary>The account that installs the package.</summary>
    internal const string ServiceAccount = "ServiceAccount";

    /// <summary>The file with the values of the install.</summary>
    internal const string ValuesFile = "ValuesFile";

    /// <summary>
    /// <c>true</c>, or kapp-controller's namespace, to write <c>kapp-controller-config</c> with the certificates of
    /// <c>AirgapCaCertificates</c>.
    /// </summary>
    internal const string ControllerConfig = "ControllerConfig";

    /// <summary>Which artifacts are copied with this item; overrides the property of the same name.</summary>
    internal const string Artifacts = PropertyNames.Artifacts;

    /// <summary>The packages of a package repository to copy, as <c>NAME@RANGE</c>, separated by <c>;</c>.</summary>
    internal const string Packages = "Packages";

    /// <summary>The pre-release identifiers of packages to include, separated by commas; <c>*</c> for all.</summary>
    internal const string PackagePrereleases = "PackagePrereleases";

    /// <summary>The platforms whose images to copy, separated by <c>;</c>.</summary>
    internal const string Platforms = "Platforms";

    /// <summary><c>skip</c> to skip a platform that an image lacks.</summary>
    internal const string MissingPlatform = "MissingPlatform";

    /// <summary>
    /// <c>Sparse</c> to keep an index with its digest although images of it are left out, for registries that accept
    /// that; <c>Rewrite</c> to rewrite it.
    /// </summary>
    internal const string PlatformMode = "PlatformMode";

    /// <summary><c>true</c> to replace an index with a single remaining image by that image.</summary>
    internal const string Flatten = "Flatten";

    /// <summary><c>true</c> to omit images that no selected package names.</summary>
    internal const string DropUnreferenced = "DropUnreferenced";

    /// <summary>
    /// The tool that applies the content in a cluster without kapp-controller: a
    /// <see cref="Airgap.Transfer.Kubernetes.GitOpsTool"/>.
    /// </summary>
    internal const string GitOps = "GitOps";

    /// <summary>The folder of the content that it applies.</summary>
    internal const string GitOpsPath = "GitOpsPath";

    /// <summary>The mirror's host name in the cluster, used in manifests and locks.</summary>
    internal const string ClusterRegistry = "ClusterRegistry";

    /// <summary>All names, in the order of the reference table.</summary>
    public static ImmutableArray<string> All { get; } =
        [Repository, RepositoryTemplate, PackageRepository, Namespace, SecretName, SecretNamespace, PullSecret, SyncPeriod, TagSelection,
            Prereleases, Pinning, ApiVersion, ToNamespaces, CreateNamespace, PackageInstall, InstallNamespace, ServiceAccount, ValuesFile,
            ControllerConfig, GitOps, GitOpsPath, Artifacts, Packages, PackagePrereleases, Platforms, MissingPlatform,
            PlatformMode, Flatten, DropUnreferenced, ClusterRegistry];

    /// <summary>Metadata of MSBuild and of editors, which are allowed and have no effect.</summary>
    internal static ImmutableArray<string> Foreign { get; } = [
        "Visible", "Link", "SubType", "Generator", "LastGenOutput", "DependentUpon", "MSBuildSourceProjectFile", "MSBuildSourceTargetName"];
}
