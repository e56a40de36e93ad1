using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Passes a blob's progress on to the observer and to what adapts the concurrency.</summary>
internal sealed class BlobProgress(ITransferObserver observer, AdaptiveConcurrency places, Descriptor blob) : IProgress<long>
{
    public void Report(long value)
    {
        places.Moved(value);
        observer.BlobProgress(blob, value);
    }
}
