using Airgap.Trust.Formats;

namespace Airgap.Trust.Logs;

/// <summary>The content that a log's entry must have: exactly the verified signature.</summary>
/// <param name="Signed">The signed bytes.</param>
/// <param name="Signature">The signature.</param>
/// <param name="Verifier">The certificate, or the key, in DER.</param>
/// <param name="Payload">The payload of a DSSE envelope; null for other signatures.</param>
internal sealed record EntryClaims(SignedBytes Signed, byte[] Signature, ReadOnlyMemory<byte> Verifier, byte[]? Payload);
