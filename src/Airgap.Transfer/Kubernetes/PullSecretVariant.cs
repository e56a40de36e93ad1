namespace Airgap.Transfer.Kubernetes;

/// <summary>How the cluster gets the credentials to pull with. Credentials themselves are never written, only placeholders.</summary>
internal enum PullSecretVariant
{
    /// <summary>None: the registry lets everyone pull.</summary>
    None,

    /// <summary>A <c>secretRef</c> that names a Secret which is there already, in the PackageRepository's namespace.</summary>
    SecretRef,

    /// <summary>The same, with a placeholder Secret to fill in.</summary>
    SecretRefWithPlaceholder,

    /// <summary>
    /// No <c>secretRef</c>: secretgen-controller hands out a Secret of another namespace; a placeholder Secret and its SecretExport are
    /// written.
    /// </summary>
    SecretgenController,
}
