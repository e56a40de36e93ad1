namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>A layer breaks a rule of unpacking.</summary>
/// <param name="reason">Which, in words that end a sentence.</param>
internal sealed class LayerException(string reason) : Exception(reason);
