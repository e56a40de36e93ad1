using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Passes on what one of several relocations says, with its registry in front. Their bytes, which would add up to nothing that anybody waits for, it keeps to itself.</summary>
internal sealed class SideObserver(ITransferObserver? inner, string registry) : ITransferObserver
{
    /// <inheritdoc/>
    public void Detail(string message) => inner?.Detail($"{registry}: {message}");

    /// <inheritdoc/>
    public void Notice(string message) => inner?.Notice($"{registry}: {message}");

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => inner?.Warning(warning);
}
