namespace Airgap.Transfer.Kubernetes;

/// <summary>
/// How the cluster receives the credentials for pulling. Credentials themselves are never written, only placeholders.
/// </summary>
internal enum PullSecretVariant
{
    /// <summary>None: the registry allows anonymous pulls.</summary>
    None,

    /// <summary>A <c>secretRef</c> that names an existing Secret, in the PackageRepository's namespace.</summary>
    SecretRef,

    /// <summary>The same, with a placeholder Secret to fill in.</summary>
    SecretRefWithPlaceholder,

    /// <summary>
    /// No <c>secretRef</c>: secretgen-controller exports a Secret of another namespace; a placeholder Secret and its
    /// SecretExport are written.
    /// </summary>
    SecretgenController,
}
