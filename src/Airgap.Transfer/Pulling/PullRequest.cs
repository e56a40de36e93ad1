using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling.Unpacking;

namespace Airgap.Transfer.Pulling;

/// <summary>The request of a <c>pull</c>.</summary>
internal sealed record PullRequest
{
    /// <summary>
    /// A bundle, an image, a BundleLock, or an archive. From an archive, its root or its only image is pulled, without
    /// contacting a registry.
    /// </summary>
    public required RelocationSource Source { get; init; }

    /// <summary>
    /// The image or bundle of an archive, by its source reference (with its tag or digest); null for its root.
    /// </summary>
    public ImageReference? ArchiveItem { get; init; }

    /// <summary>
    /// The folder to write to. It may be missing, empty, or filled by an earlier pull; anything else needs
    /// <see cref="Force"/>.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>
    /// True to also unpack the bundles that a bundle pins, each once, under <c>.imgpkg/bundles/sha256-HEX</c>.
    /// </summary>
    public bool Recursive { get; init; }

    /// <summary>True to replace a folder with any content.</summary>
    public bool Force { get; init; }

    /// <summary>False to unpack a bundle given as an image like a plain image.</summary>
    public bool ImageIsBundleCheck { get; init; } = true;

    /// <summary>
    /// Called for each image before its layers are read; throws for an image that must not be pulled. Null to accept
    /// all.
    /// </summary>
    public Func<PullItem, CancellationToken, Task>? Admit { get; init; }

    /// <summary>The limits for unpacking.</summary>
    public UnpackLimits Limits { get; init; } = new();

    /// <summary>The folder for the records of pulls; null for the user's state folder.</summary>
    public string? StateFolder { get; init; }
}
