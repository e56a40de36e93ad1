using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Forwards a blob's progress to the observer and to the adaptive concurrency.</summary>
internal sealed class BlobProgress(ITransferObserver observer, AdaptiveConcurrency places, Descriptor blob) : IProgress<long>
{
    public void Report(long value)
    {
        places.Moved(value);
        observer.BlobProgress(blob, value);
    }
}
