using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pushing;

/// <summary>Receives the events of a push.</summary>
internal interface IPushObserver : ITransferObserver
{
    /// <summary>A file or folder is added to the layer. Called in the layer's order, before anything is sent.</summary>
    void Packing(LayerEntry entry)
    {
    }

    /// <summary>The layer is packed, and the bytes to send are known.</summary>
    /// <param name="blobs">Number of blobs.</param>
    /// <param name="bytes">Their total size.</param>
    void Sending(int blobs, long bytes)
    {
    }
}
