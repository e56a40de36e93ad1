using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>An observer that tells apart the relocations that go on side by side.</summary>
internal interface ISidesObserver : ITransferObserver
{
    /// <summary>Takes the bytes of one of them; what else it says comes to the observer itself.</summary>
    /// <param name="registry">Where it goes.</param>
    ITransferObserver Side(string registry);
}
