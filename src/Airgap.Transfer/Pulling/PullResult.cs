using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Pulling;

/// <summary>The result of a pull.</summary>
internal sealed record PullResult
{
    /// <summary>The folder, as a full path.</summary>
    public required string Output { get; init; }

    /// <summary>The requested image or bundle, then the nested bundles, each once.</summary>
    public required ImmutableArray<PulledItem> Items { get; init; }

    /// <summary>The outcome for the root's images.yml.</summary>
    public required LockUpdate LockUpdate { get; init; }

    /// <summary>Number of files in the folder.</summary>
    public required int Files { get; init; }

    /// <summary>Size of the files, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Links, devices and other special entries of the layers, which are never unpacked.</summary>
    public required int SkippedEntries { get; init; }

    /// <summary>Time the pull took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The requested image or bundle at its source, by digest.</summary>
    public ImageReference Reference => Items[0].Reference;
}

/// <summary>An unpacked image or bundle.</summary>
/// <param name="Reference">Its source, by digest.</param>
/// <param name="Path">Its folder, relative to the output folder and with <c>/</c> as separator; empty for the root.</param>
/// <param name="IsBundle">True for a bundle.</param>
/// <param name="MediaType">Its manifest's media type.</param>
/// <param name="Layers">Its layers, bottom first.</param>
/// <param name="LockUpdated">True when its images.yml now names its repository for every image.</param>
internal sealed record PulledItem(
    ImageReference Reference, string Path, bool IsBundle, string MediaType, ImmutableArray<Descriptor> Layers, bool LockUpdated);

/// <summary>The outcomes for an images.yml.</summary>
internal enum LockUpdate
{
    /// <summary>There is none (a plain image), or no registry is contacted (an archive).</summary>
    None,

    /// <summary>It is unchanged, because not every image is in the bundle's repository.</summary>
    Kept,

    /// <summary>It names the bundle's repository for every image.</summary>
    Updated,
}
