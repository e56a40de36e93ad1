namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>A layer breaks a rule of unpacking.</summary>
/// <param name="reason">The broken rule, as the end of a sentence.</param>
internal sealed class LayerException(string reason) : Exception(reason);
