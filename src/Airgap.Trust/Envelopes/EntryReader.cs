using System.Text.Json;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;

namespace Airgap.Trust.Envelopes;

/// <summary>Reads a bundle's log entries.</summary>
internal static class EntryReader
{
    private const int MaxHashes = 64;

    /// <summary>Reads one.</summary>
    public static LogEntry Read(JsonFields fields)
    {
        JsonFields kind = fields.NeededObject("kindVersion");
        JsonFields? promise = fields.Object("inclusionPromise");
        JsonFields log = fields.NeededObject("logId");
        LogEntry entry = new()
        {
            LogId = log.NeededBytes("keyId"),
            Index = NotNegative(fields, "logIndex"),
            IntegratedTime = fields.Number("integratedTime"),
            Body = fields.NeededBytes("canonicalizedBody"),
            Kind = kind.Text("kind"),
            Version = kind.Text("version"),
            Promise = promise?.Bytes("signedEntryTimestamp"),
            Proof = fields.Object("inclusionProof") is { } proof ? ReadProof(proof) : null,
        };
        log.Only();
        kind.Only();
        promise?.Only();
        fields.Only();
        return entry;
    }

    private static InclusionProof ReadProof(JsonFields fields)
    {
        JsonFields? checkpoint = fields.Object("checkpoint");
        List<byte[]> hashes = [];
        foreach (JsonElement element in fields.List("hashes", MaxHashes))
            hashes.Add(element.ValueKind == JsonValueKind.String && fields.Decode(element.GetString()!) is { Length: 32 } hash
                ? hash : throw fields.Format.Invalid("a hash of its proof is malformed"));
        InclusionProof proof = new(
            NotNegative(fields, "logIndex"), NotNegative(fields, "treeSize"), fields.NeededBytes("rootHash"), hashes,
            checkpoint?.Text("envelope"));
        checkpoint?.Only();
        fields.Only();
        return proof;
    }

    // Protocol Buffers omit a zero.
    private static long NotNegative(JsonFields fields, string name) =>
        (fields.Number(name) ?? 0) is >= 0 and { } number ? number : throw fields.Format.Invalid($"'{name}' is negative");
}
