using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>An observer that distinguishes concurrent relocations.</summary>
internal interface IRegistriesObserver : ITransferObserver
{
    /// <summary>The counter of one relocation's bytes; its other events go to the observer itself.</summary>
    /// <param name="registry">Its destination.</param>
    ITransferObserver For(string registry);
}
