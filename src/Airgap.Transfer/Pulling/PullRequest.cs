using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling.Unpacking;

namespace Airgap.Transfer.Pulling;

/// <summary>What <c>pull</c> is asked for.</summary>
internal sealed record PullRequest
{
    /// <summary>
    /// A bundle, an image, a BundleLock, or an archive. An archive gives its root, or its only image; no registry is asked.
    /// </summary>
    public required RelocationSource Source { get; init; }

    /// <summary>
    /// Which image or bundle of an archive, by the reference it was read from (with its tag or digest); null for its root.
    /// </summary>
    public ImageReference? ArchiveItem { get; init; }

    /// <summary>
    /// The folder to fill. It may be missing, empty, or what an earlier pull filled; anything else needs <see cref="Force"/>.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>True to unpack the bundles that a bundle pins, too, each once, under <c>.imgpkg/bundles/sha256-HEX</c>.</summary>
    public bool Recursive { get; init; }

    /// <summary>True to replace a folder whatever it holds.</summary>
    public bool Force { get; init; }

    /// <summary>False to unpack a bundle that is given as an image as if it were one.</summary>
    public bool ImageIsBundleCheck { get; init; } = true;

    /// <summary>
    /// Is asked about each image before a byte of its layers is read; throws for one that must not be pulled. Null to take all.
    /// </summary>
    public Func<PullItem, CancellationToken, Task>? Admit { get; init; }

    /// <summary>How much the layers may unpack to.</summary>
    public UnpackLimits Limits { get; init; } = new();

    /// <summary>Where it is recorded which folders pulls filled; null for the user's state folder.</summary>
    public string? StateFolder { get; init; }
}
