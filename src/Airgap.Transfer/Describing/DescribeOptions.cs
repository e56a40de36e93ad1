namespace Airgap.Transfer.Describing;

/// <summary>The content of a description, and the locations to search.</summary>
internal sealed record DescribeOptions
{
    /// <summary>True to include the layers of bundles and images.</summary>
    public bool Layers { get; init; } = true;

    /// <summary>True to look for cosign signatures: the tag <c>sha256-HEX.sig</c> in each image's repository.</summary>
    public bool CosignArtifacts { get; init; } = true;

    /// <summary>
    /// True to look for an image at its recorded origin when the bundle's own repository does not have it, as before a
    /// relocation. False to contact only the bundle's repository: images missing there are listed with
    /// <see cref="ImageDescription.Error"/>.
    /// </summary>
    public bool Origins { get; init; } = true;

    /// <summary>The number of concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;
}
