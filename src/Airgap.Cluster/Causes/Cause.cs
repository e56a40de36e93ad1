namespace Airgap.Cluster.Causes;

/// <summary>The causes of kapp-controller's failures, as its messages show them.</summary>
internal enum Cause
{
    /// <summary>The proxy of kapp-controller-config does not respond.</summary>
    ProxyUnreachable,

    /// <summary>Private CA.</summary>
    CertificateUnknownAuthority,

    /// <summary>Certificate of another host.</summary>
    CertificateWrongName,

    /// <summary>Expired certificate, or a wrong clock.</summary>
    CertificateExpired,

    /// <summary>The registry speaks plain http.</summary>
    HttpRegistry,

    /// <summary>The cluster does not know the name.</summary>
    DnsFailure,

    /// <summary>Nothing listens there, as seen from the cluster.</summary>
    ConnectionRefused,

    /// <summary>A firewall drops packets.</summary>
    ConnectTimeout,

    /// <summary>The host accepts connections but does not respond.</summary>
    TlsTimeout,

    /// <summary>The token server refuses the account.</summary>
    TokenRefused,

    /// <summary>No credentials for this host reached the registry, or wrong ones.</summary>
    Unauthorized,

    /// <summary>The account may not read this repository.</summary>
    Denied,

    /// <summary>Rate limit of the registry.</summary>
    TooManyRequests,

    /// <summary>The copy is incomplete.</summary>
    LayerMissing,

    /// <summary>No such tag, or no such repository.</summary>
    TagMissing,

    /// <summary>No such digest, or no such repository.</summary>
    ImageMissing,

    /// <summary>No such repository.</summary>
    RepositoryMissing,

    /// <summary>The host is not a registry.</summary>
    NotARegistry,

    /// <summary>The registry fails (5xx).</summary>
    RegistryError,

    /// <summary>The connection was closed.</summary>
    ConnectionClosed,

    /// <summary>The Secret of secretRef, or of the annotation, is not in the namespace.</summary>
    SecretMissing,

    /// <summary>An Opaque Secret with other keys than username, password, token.</summary>
    SecretKeyUnknown,

    /// <summary>A plain image under imgpkgBundle.</summary>
    NotABundle,

    /// <summary>No packages/.</summary>
    NoPackagesDirectory,

    /// <summary>Packages/ without a Package.</summary>
    NoPackages,

    /// <summary>Metadata.name is not refName.version.</summary>
    PackageName,

    /// <summary>RefName or PackageMetadata name too short.</summary>
    PackageShortName,

    /// <summary>Version is not semver.</summary>
    PackageVersion,

    /// <summary>A field of a wrong type.</summary>
    PackageSchema,

    /// <summary>A required field is missing.</summary>
    PackageFieldMissing,

    /// <summary>A file that is not YAML.</summary>
    YamlBroken,

    /// <summary>A template that ytt cannot evaluate.</summary>
    YttError,

    /// <summary>Another PackageRepository of the namespace has it, with other content.</summary>
    Conflict,

    /// <summary>No tag, or no package version, in the range.</summary>
    NoVersion,

    /// <summary>An invalid range.</summary>
    ConstraintMalformed,

    /// <summary>An invalid image reference, or a tag together with tagSelection.</summary>
    ReferenceMalformed,

    /// <summary>Spec.fetch is empty.</summary>
    FetchEmpty,

    /// <summary>Two kinds of fetch.</summary>
    FetchTwo,

    /// <summary>No package at all is visible in the namespace.</summary>
    PackageUnknown,

    /// <summary>Spec.serviceAccountName.</summary>
    ServiceAccountMissing,

    /// <summary>The service account may not.</summary>
    ServiceAccountRights,

    /// <summary>Secret of spec.values.</summary>
    ValuesMissing,

    /// <summary>Annotation packaging.carvel.dev/downgradable.</summary>
    Downgrade,
}
