using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Pulling;

/// <summary>The source of a pull: registries or an archive.</summary>
internal interface IPullSource : IDisposable
{
    /// <summary>Finds the requested item.</summary>
    Task<PullItem> FindRootAsync(CancellationToken cancellationToken);

    /// <summary>A layer of an image.</summary>
    IBlobContent LayerOf(PullItem item, Descriptor layer);

    /// <summary>The bundles among the images that a bundle pins, in the lock's order, each digest once.</summary>
    IAsyncEnumerable<PullItem> FindNestedAsync(PullItem bundle, ImagesLock images, CancellationToken cancellationToken);

    /// <summary>False if the source has no registry to query for images.</summary>
    bool KnowsPlaces { get; }

    /// <summary>Determines whether the bundle's repository has every image.</summary>
    Task<bool> HasEveryImageAsync(PullItem bundle, ImagesLock images, CancellationToken cancellationToken);
}

/// <summary>An image or bundle to unpack.</summary>
/// <param name="Reference">Its source, by digest.</param>
/// <param name="Manifest">Its manifest; never an index.</param>
/// <param name="IsBundle">True when it is unpacked as a bundle.</param>
internal sealed record PullItem(ImageReference Reference, Manifest Manifest, bool IsBundle);
