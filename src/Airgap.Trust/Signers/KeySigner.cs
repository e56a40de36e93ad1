using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Logs;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Signers;

/// <summary>The holder of a key.</summary>
/// <param name="key">The public key.</param>
/// <param name="name">Where it was read.</param>
/// <param name="logs">Logs, one of which must have promised to list the signature; empty to require none.</param>
internal sealed class KeySigner(VerificationKey key, string name, IReadOnlyList<LogKey> logs) : Signer
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override SignedBy Verify(Evidence evidence, DateTimeOffset now)
    {
        if (!key.Verify(evidence.Signed, evidence.Signature, evidence.MayUseOwnHash))
            throw Rejection.Of($"It is not by the key {name} ({key.Algorithm}).");
        if (logs.Count == 0)
            return new SignedBy(name, null, null);
        EntryClaims claims = new(evidence.Signed, evidence.Signature, key.Info, evidence.Payload);
        DateTimeOffset? time = null;
        foreach (LogEntry entry in evidence.Entries)
            time = LogVerifier.Verify(entry, logs, claims, needsPromise: true, needsProof: false).Time ?? time;
        return time is null ? throw Rejection.Of("No log has promised to list it.") : new SignedBy(name, null, time);
    }
}
