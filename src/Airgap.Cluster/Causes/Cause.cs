namespace Airgap.Cluster.Causes;

/// <summary>The causes of kapp-controller's failures, as its messages show them.</summary>
internal enum Cause
{
    /// <summary>The proxy of kapp-controller-config does not respond.</summary>
    ProxyUnreachable,

    /// <summary>An unknown certificate authority, such as a private one.</summary>
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

    /// <summary>The bundle has no packages/.</summary>
    NoPackagesDirectory,

    /// <summary>packages/ has no Package.</summary>
    NoPackages,

    /// <summary>The metadata.name of a Package is not refName.version.</summary>
    PackageName,

    /// <summary>A refName or the name of a PackageMetadata is too short.</summary>
    PackageShortName,

    /// <summary>A version is not semver.</summary>
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

    /// <summary>The field spec.fetch is empty.</summary>
    FetchEmpty,

    /// <summary>Two kinds of fetch.</summary>
    FetchTwo,

    /// <summary>No package at all is visible in the namespace.</summary>
    PackageUnknown,

    /// <summary>The service account of spec.serviceAccountName does not exist.</summary>
    ServiceAccountMissing,

    /// <summary>The service account lacks a right.</summary>
    ServiceAccountRights,

    /// <summary>The Secret of spec.values does not exist.</summary>
    ValuesMissing,

    /// <summary>The version is older, and the annotation packaging.carvel.dev/downgradable does not allow that.</summary>
    Downgrade,
}
