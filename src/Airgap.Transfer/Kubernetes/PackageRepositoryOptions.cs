namespace Airgap.Transfer.Kubernetes;

/// <summary>The options of a PackageRepository manifest. An empty text means the same as null.</summary>
internal sealed record PackageRepositoryOptions
{
    /// <summary>The API group that clusters serve since kapp-controller 0.20.</summary>
    public const string CurrentApiVersion = "packaging.carvel.dev/v1alpha1";

    /// <summary>
    /// The API group of kapp-controller's alphas 0.17.0 to 0.19.0-alpha.6, where the kind was cluster-scoped; Carvel's air-gapped page
    /// still shows it.
    /// </summary>
    public const string OldApiVersion = "install.package.carvel.dev/v1alpha1";

    /// <summary>The manifest's name, a DNS subdomain; null for the last segment of the bundle's repository.</summary>
    public string? Name { get; init; }

    /// <summary>The namespace, a DNS label; null to leave it to the command that applies the manifest.</summary>
    public string? Namespace { get; init; }

    /// <summary><see cref="CurrentApiVersion"/> or <see cref="OldApiVersion"/>.</summary>
    public string ApiVersion { get; init; } = CurrentApiVersion;

    /// <summary>How the bundle is named. <see cref="TagSelection"/> replaces the digest.</summary>
    public ReferencePinning Pinning { get; init; } = ReferencePinning.Digest;

    /// <summary>
    /// Semver constraints, such as <c>&gt;=1.0.0 &lt;2.0.0</c>, by which the cluster itself selects a tag; null for
    /// none.
    /// </summary>
    public string? TagSelection { get; init; }

    /// <summary>
    /// The pre-releases that <see cref="TagSelection"/> may select: <c>*</c> for all, or identifiers such as <c>beta,
    /// rc</c>; null for none.
    /// </summary>
    public string? Prereleases { get; init; }

    /// <summary>
    /// How often the cluster checks for changes, as a Go duration such as <c>10m</c> or <c>1h30m</c>; null for the
    /// cluster's 10 minutes. 30 s at least.
    /// </summary>
    public string? SyncPeriod { get; init; }

    /// <summary>
    /// The Secret's name, a DNS subdomain; null for the manifest's name with <c>-pull</c> if a placeholder is written.
    /// </summary>
    public string? SecretName { get; init; }

    /// <summary>The Secret's namespace, for <see cref="PullSecretVariant.SecretgenController"/> only; null for the manifest's.</summary>
    public string? SecretNamespace { get; init; }

    /// <summary>How the cluster receives the credentials.</summary>
    public PullSecretVariant SecretVariant { get; init; }

    /// <summary>
    /// The namespaces, besides the manifest's, to which secretgen-controller exports the Secret: names separated by
    /// commas, semicolons or blanks, or <c>*</c> for all; null for none.
    /// </summary>
    internal string? ToNamespaces { get; init; }

    /// <summary>True to write the Namespaces of the objects, before the objects.</summary>
    internal bool CreateNamespace { get; init; }

    /// <summary>The package to install, as <c>NAME@VERSIONS</c>; null for none.</summary>
    internal string? Install { get; init; }

    /// <summary>The namespace of the PackageInstall; null for the manifest's.</summary>
    internal string? InstallNamespace { get; init; }

    /// <summary>The service account that installs it.</summary>
    internal string? ServiceAccount { get; init; }

    /// <summary>The values of the install, as YAML; null for none.</summary>
    internal string? Values { get; init; }

    /// <summary>
    /// The namespace of kapp-controller, to write <c>kapp-controller-config</c> with <see cref="CaCertificates"/>; <c>true</c> for its
    /// usual one, null for none.
    /// </summary>
    internal string? ControllerConfig { get; init; }

    /// <summary>The certificates for the mirror, as PEM; empty for none.</summary>
    internal string CaCertificates { get; init; } = "";

    /// <summary>
    /// True for a plain image instead of a bundle (<c>fetch.image</c>), whose references the cluster does not rewrite.
    /// </summary>
    public bool IsPlainImage { get; init; }
}
