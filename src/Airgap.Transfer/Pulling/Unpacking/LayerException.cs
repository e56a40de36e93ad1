namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>A layer breaks a rule of unpacking.</summary>
/// <param name="reason">The broken rule, as the end of a sentence.</param>
/// <param name="advice">The remedy; null if the layer itself is at fault.</param>
internal sealed class LayerException(string reason, string? advice = null) : Exception(reason)
{
    /// <summary>The remedy; null if the layer itself is at fault.</summary>
    public string? Advice { get; } = advice;
}
