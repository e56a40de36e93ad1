namespace Airgap.Transfer.Describing;

/// <summary>What a description includes, and where it may look for it.</summary>
internal sealed record DescribeOptions
{
    /// <summary>True to include the layers of bundles and images.</summary>
    public bool Layers { get; init; } = true;

    /// <summary>True to look for cosign signatures: the tag <c>sha256-HEX.sig</c> beside each image.</summary>
    public bool CosignArtifacts { get; init; } = true;

    /// <summary>
    /// True to look for an image at its recorded origin when the bundle's own repository does not have it, as before a relocation.
    /// False to contact no repository but the bundle's: what is not there is listed with <see cref="ImageDescription.Error"/>.
    /// </summary>
    public bool Origins { get; init; } = true;

    /// <summary>Concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;
}
