namespace Airgap.Transfer.Kubernetes;

/// <summary>How a PackageRepository names the relocated bundle.</summary>
internal enum ReferencePinning
{
    /// <summary>By digest: the content cannot change, and the cluster need not contact the registry again.</summary>
    Digest,

    /// <summary>By the relocated tag, which may move.</summary>
    Tag,

    /// <summary>
    /// By the tag <c>sha256-HEX.imgpkg</c>, which every relocation sets: the tag contains the digest, and the cluster resolves it at each
    /// sync.
    /// </summary>
    ContentTag,

    /// <summary>By neither tag nor digest: the cluster looks for the tag <c>latest</c>.</summary>
    None,
}
