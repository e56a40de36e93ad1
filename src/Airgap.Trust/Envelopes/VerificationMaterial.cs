using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Envelopes;

/// <summary>A bundle's verification material: a key's hint or a certificate, log entries, timestamps.</summary>
/// <param name="Version">The bundle's version: 1, 2 or 3.</param>
/// <param name="Certificates">The leaf, then the intermediate certificates; empty when a key signed.</param>
/// <param name="Entries">Log entries.</param>
/// <param name="Timestamps">RFC 3161 timestamps.</param>
internal sealed record VerificationMaterial(
    int Version, IReadOnlyList<X509Certificate2> Certificates, IReadOnlyList<LogEntry> Entries, IReadOnlyList<byte[]> Timestamps)
{
    /// <summary>Reads it.</summary>
    public static VerificationMaterial Read(JsonFields fields, int version)
    {
        JsonFields? key = fields.Object("publicKey");
        JsonFields? single = fields.Object("certificate");
        JsonFields? chain = fields.Object("x509CertificateChain");
        if ((key is null ? 0 : 1) + (single is null ? 0 : 1) + (chain is null ? 0 : 1) != 1)
            throw fields.Format.Invalid("its material has to be one of a public key, a certificate or a chain");
        if (version == 3 && chain is not null)
            throw fields.Format.Invalid("version 0.3 has a certificate, and no chain");
        key?.Text("hint");
        key?.Only();
        List<X509Certificate2> certificates = single is not null ? [ReadCertificate(single)]
            : chain is not null ? [.. chain.Objects("certificates", Limits.Proofs).Select(ReadCertificate)]
            : [];
        chain?.Only();
        if (key is null && certificates.Count == 0)
            throw fields.Format.Invalid("its chain is empty");
        if (certificates.Skip(1).Any(IsRoot))
            throw fields.Format.Invalid("its chain contains a root, which must come from the verifier");
        LogEntry[] entries = [.. fields.Objects("tlogEntries", Limits.Proofs).Select(EntryReader.Read)];
        if (entries.DistinctBy(entry => (Convert.ToHexString(entry.LogId), entry.Index)).Count() != entries.Length)
            throw fields.Format.Invalid("it has a log entry twice");
        VerificationMaterial material =
            new(version, certificates, entries, ReadTimestamps(fields.Object("timestampVerificationData")));
        fields.Only();
        return material;
    }

    /// <summary>The evidence over bytes.</summary>
    public Evidence Evidence(SignedBytes signed, byte[] signature) => new()
    {
        Signed = signed,
        Signature = signature.Length <= Limits.SignatureBytes ? signature : throw Rejection.Of("It is too large for a signature."),
        Certificate = Certificates.Count > 0 ? Certificates[0] : null,
        Between = [.. Certificates.Skip(1)],
        Entries = Entries,
        Timestamps = Timestamps,
        NeedsPromise = Version == 1,
        NeedsProof = Version > 1,
        MayUseOwnHash = true,
        HasOneName = true,
    };

    private static X509Certificate2 ReadCertificate(JsonFields fields)
    {
        X509Certificate2 certificate = CertificateReader.FromDer(fields.NeededBytes("rawBytes"), fields.Format);
        fields.Only();
        return certificate;
    }

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static List<byte[]> ReadTimestamps(JsonFields? fields)
    {
        List<byte[]> result = [];
        foreach (JsonFields one in fields?.Objects("rfc3161Timestamps", Limits.Proofs) ?? [])
        {
            result.Add(one.NeededBytes("signedTimestamp"));
            one.Only();
        }

        fields?.Only();
        return result;
    }
}
