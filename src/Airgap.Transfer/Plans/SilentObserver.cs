namespace Airgap.Transfer.Plans;

/// <summary>Stands in where nobody is told.</summary>
internal sealed class SilentObserver : ITransferObserver
{
    /// <summary>The one.</summary>
    public static readonly SilentObserver Instance = new();
}
