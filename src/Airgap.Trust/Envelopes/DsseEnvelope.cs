using System.Globalization;
using System.Text;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Envelopes;

/// <summary>A DSSE envelope: a payload of a type, and signatures over both.</summary>
/// <param name="PayloadType">The type.</param>
/// <param name="Payload">The payload.</param>
/// <param name="Signatures">The signatures, one at least.</param>
/// <remarks>Source: secure-systems-lab/dsse, protocol.md and envelope.md.</remarks>
internal sealed record DsseEnvelope(string PayloadType, byte[] Payload, IReadOnlyList<byte[]> Signatures)
{
    /// <summary>The type of in-toto statements, the only accepted one.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>The signed bytes.</summary>
    public byte[] SignedBytes()
    {
        int typeLength = Encoding.UTF8.GetByteCount(PayloadType);
        string head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {typeLength} {PayloadType} {Payload.Length} ");
        return [.. Encoding.UTF8.GetBytes(head), .. Payload];
    }

    /// <summary>Reads one.</summary>
    public static DsseEnvelope Read(JsonFields fields)
    {
        byte[] payload = fields.NeededBytes("payload");
        string type = fields.NeededText("payloadType");
        List<byte[]> signatures = [];
        foreach (JsonFields one in fields.Objects("signatures", Limits.Proofs))
        {
            one.Text("keyid");
            signatures.Add(one.NeededBytes("sig"));
            one.Only();
        }

        fields.Only();
        return type != InToto ? throw fields.Format.Invalid($"its payload is '{type}', and not an in-toto statement")
            : signatures.Count == 0 ? throw fields.Format.Invalid("it has no signatures")
            : new DsseEnvelope(type, payload, signatures);
    }

    /// <summary>Reads the JSON of one.</summary>
    public static DsseEnvelope Read(ReadOnlyMemory<byte> json) => StrictJson.Read(json, Format.Signature("The envelope"), Read);
}
