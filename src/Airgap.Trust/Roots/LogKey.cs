using Airgap.Trust.Keys;

namespace Airgap.Trust.Roots;

/// <summary>A transparency or certificate log that is trusted.</summary>
/// <param name="Id">The id that entries name: SHA-256 of the key.</param>
/// <param name="Name">Its host, under which a later log than Rekor 1 signs checkpoints; empty when not known.</param>
/// <param name="Key">Its key; null when its algorithm is not supported.</param>
/// <param name="Validity">When it is trusted.</param>
internal sealed record LogKey(byte[] Id, string Name, VerificationKey? Key, Validity Validity);
