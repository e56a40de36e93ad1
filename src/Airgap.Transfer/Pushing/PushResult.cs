using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Pushing;

/// <summary>A pushed bundle or image.</summary>
internal sealed record PushResult
{
    /// <summary>Its reference by digest, as reported by <c>push</c>.</summary>
    public required ImageReference Reference { get; init; }

    /// <summary>True for a bundle.</summary>
    public required bool IsBundle { get; init; }

    /// <summary>The manifest.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>Its tags, the user's first.</summary>
    public required ImmutableArray<string> Tags { get; init; }

    /// <summary>Layer and config, with the outcome of each.</summary>
    public required ImmutableArray<PushedBlob> Blobs { get; init; }

    /// <summary>Number of files in the layer.</summary>
    public required int Files { get; init; }

    /// <summary>Duration of packing and pushing.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// The lock of a bundle, for <c>--lock-output</c>; null for a plain image, for which imgpkg writes no lock.
    /// </summary>
    public BundleLock? Lock => IsBundle ? new BundleLock(Reference, Tags[0]) : null;
}

/// <summary>A blob of a pushed image.</summary>
/// <param name="Descriptor">The blob.</param>
/// <param name="Outcome">Whether its bytes were sent.</param>
internal sealed record PushedBlob(Descriptor Descriptor, BlobOutcome Outcome);
