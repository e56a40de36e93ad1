using System.Security.Cryptography.X509Certificates;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Envelopes;

/// <summary>A signature as cosign stores it beside an image: the payload is a layer, and the layer's annotations hold the rest.</summary>
internal static class ClassicSignature
{
    private const string Signature = "dev.cosignproject.cosign/signature";
    private const string Certificate = "dev.sigstore.cosign/certificate";
    private const string Chain = "dev.sigstore.cosign/chain";
    private const string LogBundle = "dev.sigstore.cosign/bundle";
    private const string Timestamp = "dev.sigstore.cosign/rfc3161timestamp";

    private static readonly Format s_format = Format.Signature("The signature");

    /// <summary>The evidence for a payload.</summary>
    public static Evidence Read(ReadOnlyMemory<byte> payload, IReadOnlyDictionary<string, string> annotations)
    {
        byte[] signature = JsonFields.TryDecode(
            annotations.GetValueOrDefault(Signature) ?? "") is { Length: > 0 and <= Limits.SignatureBytes } bytes
            ? bytes
            : throw s_format.Invalid("its annotation contains no signature in base64");
        return Proofs(annotations, new Evidence { Signed = SignedBytes.Of(payload), Signature = signature });
    }

    /// <summary>Adds certificate, log entry and timestamp to evidence.</summary>
    public static Evidence Proofs(IReadOnlyDictionary<string, string> annotations, Evidence evidence)
    {
        X509Certificate2? certificate = annotations.GetValueOrDefault(Certificate) is { Length: > 0 } pem
            ? CertificateReader.FromPem(pem, s_format) is [{ } only] ? only : throw s_format.Invalid("it comes with several certificates")
            : null;
        return evidence with
        {
            Certificate = certificate,
            Between = annotations.GetValueOrDefault(Chain) is { Length: > 0 } chain
            ? [.. CertificateReader.FromPem(chain, s_format).Take(Limits.Proofs)] : [],
            Entries = annotations.GetValueOrDefault(LogBundle) is { Length: > 0 } bundle ? [ReadEntry(bundle)] : [],
            Timestamps = annotations.GetValueOrDefault(Timestamp) is { Length: > 0 } stamp ? [ReadStamp(stamp)] : [],
        };
    }

    private static LogEntry ReadEntry(string json) =>
        StrictJson.Read(System.Text.Encoding.UTF8.GetBytes(json), Format.Signature("The log's entry"), fields =>
    {
        JsonFields payload = fields.NeededObject("Payload");
        string logId = payload.NeededText("logID");
        return new LogEntry
        {
            Promise = fields.NeededBytes("SignedEntryTimestamp"),
            Body = payload.NeededBytes("body"),
            IntegratedTime = payload.PlainNumber("integratedTime"),
            Index = payload.PlainNumber("logIndex") ?? throw payload.Missing("logIndex"),
            LogId = logId.Length == 64 && !logId.AsSpan().ContainsAnyExcept("0123456789abcdef")
            ? Convert.FromHexString(logId) : throw fields.Format.Invalid("its log id is not hex"),
        };
    });

    private static byte[] ReadStamp(string json) =>
        StrictJson.Read(System.Text.Encoding.UTF8.GetBytes(json), Format.Signature("The timestamp"),
            fields => fields.NeededBytes("SignedRFC3161Timestamp"));
}
