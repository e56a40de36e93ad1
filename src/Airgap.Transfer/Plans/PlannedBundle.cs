using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Plans;

/// <summary>A bundle of a plan: the images that its images.yml pins, and further facts.</summary>
internal sealed record PlannedBundle
{
    /// <summary>The bundle's digest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Its images.yml.</summary>
    public required ImagesLock Lock { get; init; }

    /// <summary>Its locations image at the destination.</summary>
    public required ImageLocations Locations { get; init; }

    /// <summary>True when it has a <c>packages/</c> directory, as a package repository does.</summary>
    public bool HasPackages { get; init; }

    /// <summary>The warnings about references under <c>packages/</c> that will not be relocated.</summary>
    public ImmutableArray<Diagnostic> PackageWarnings { get; init; } = [];

    /// <summary>The names of its Packages, if requested.</summary>
    internal ImmutableArray<string> Packages { get; init; } = [];
}
