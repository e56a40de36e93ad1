namespace Airgap.Transfer.Plans;

/// <summary>Ignores every event.</summary>
internal sealed class SilentObserver : ITransferObserver
{
    /// <summary>The instance.</summary>
    public static readonly SilentObserver Instance = new();
}
