using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pulling;

/// <summary>Receives the events of a pull, in imgpkg's order.</summary>
internal interface IPullObserver : ITransferObserver
{
    /// <summary>The pull of an image or bundle starts.</summary>
    /// <param name="reference">Its source, by digest.</param>
    /// <param name="isBundle">True for a bundle.</param>
    /// <param name="depth">0 for the requested item, 1 for a bundle it pins, and so on.</param>
    void Pulling(ImageReference reference, bool isBundle, int depth)
    {
    }

    /// <summary>A nested bundle was already unpacked in this pull, and is not unpacked again.</summary>
    void AlreadyPulled(ImageReference reference, int depth)
    {
    }

    /// <summary>A layer is unpacked.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="number">From 1.</param>
    /// <param name="count">The number of the image's layers.</param>
    /// <param name="depth">The depth of its image.</param>
    void Extracting(Descriptor layer, int number, int count, int depth)
    {
    }

    /// <summary>Checking starts whether the bundle's repository has every image.</summary>
    void Locating()
    {
    }

    /// <summary>The bundle is known.</summary>
    /// <param name="repository">The bundle's repository.</param>
    /// <param name="hasEveryImage">True when images.yml is rewritten to it.</param>
    void Located(RepositoryName repository, bool hasEveryImage)
    {
    }
}
