using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pulling;

/// <summary>Receives the events of a pull, in imgpkg's order.</summary>
internal interface IPullObserver : ITransferObserver
{
    /// <summary>An image or bundle is taken up.</summary>
    /// <param name="reference">Where it is read, by digest.</param>
    /// <param name="isBundle">True for a bundle.</param>
    /// <param name="depth">0 for what was asked for, 1 for a bundle it pins, and so on.</param>
    void Pulling(ImageReference reference, bool isBundle, int depth)
    {
    }

    /// <summary>A nested bundle was unpacked before, in this pull, and is not unpacked twice.</summary>
    void AlreadyPulled(ImageReference reference, int depth)
    {
    }

    /// <summary>A layer is unpacked.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="number">From 1.</param>
    /// <param name="count">How many the image has.</param>
    /// <param name="depth">As of its image.</param>
    void Extracting(Descriptor layer, int number, int count, int depth)
    {
    }

    /// <summary>It is looked up whether the bundle's repository has every image.</summary>
    void Locating()
    {
    }

    /// <summary>It is known.</summary>
    /// <param name="repository">The bundle's repository.</param>
    /// <param name="hasEveryImage">True when images.yml is rewritten to it.</param>
    void Located(RepositoryName repository, bool hasEveryImage)
    {
    }
}
