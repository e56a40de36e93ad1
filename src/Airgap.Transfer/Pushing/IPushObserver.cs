using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pushing;

/// <summary>Receives the events of a push.</summary>
internal interface IPushObserver : ITransferObserver
{
    /// <summary>A file or folder goes into the layer. Called in the layer's order, before anything is sent.</summary>
    void Packing(LayerEntry entry)
    {
    }

    /// <summary>The layer is packed, and the bytes to send are known.</summary>
    /// <param name="blobs">Number of blobs.</param>
    /// <param name="bytes">Their length in all.</param>
    void Sending(int blobs, long bytes)
    {
    }
}
