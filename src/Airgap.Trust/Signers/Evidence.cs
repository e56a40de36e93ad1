using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;

namespace Airgap.Trust.Signers;

/// <summary>A signature and its evidence. Nothing in it is trusted yet.</summary>
internal sealed record Evidence
{
    /// <summary>The signed bytes.</summary>
    public required SignedBytes Signed { get; init; }

    /// <summary>The signature.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>The signer's certificate; null when a key signed.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Candidates for the intermediate certificates.</summary>
    public IReadOnlyList<X509Certificate2> Between { get; init; } = [];

    /// <summary>Entries of transparency logs.</summary>
    public IReadOnlyList<LogEntry> Entries { get; init; } = [];

    /// <summary>RFC 3161 timestamps of the signature.</summary>
    public IReadOnlyList<byte[]> Timestamps { get; init; } = [];

    /// <summary>True if the form demands the log's promise.</summary>
    public bool NeedsPromise { get; init; }

    /// <summary>True if the form demands an inclusion proof.</summary>
    public bool NeedsProof { get; init; }

    /// <summary>
    /// True if the signature may be over the key's own hash, as in bundles. In cosign's older form, cosign and skopeo verify SHA-256 alone,
    /// even what cosign 3 signed otherwise.
    /// </summary>
    public bool MayUseOwnHash { get; init; }

    /// <summary>True if only one name of the certificate counts, as in bundles.</summary>
    public bool HasOneName { get; init; }

    /// <summary>The payload of a DSSE envelope; null for other signatures.</summary>
    public byte[]? Payload { get; init; }
}
