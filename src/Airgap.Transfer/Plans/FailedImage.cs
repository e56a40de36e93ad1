using Airgap.Oci;

namespace Airgap.Transfer.Plans;

/// <summary>An image that a run continued without.</summary>
/// <param name="Reference">The image: by digest, or by its name or tag if no digest is known.</param>
/// <param name="Digest">Its digest; null if unknown.</param>
/// <param name="Phase">The step it failed in.</param>
/// <param name="Problem">Why; its message names the image.</param>
public sealed record FailedImage(string Reference, Digest? Digest, TransferPhase Phase, Diagnostic Problem);
