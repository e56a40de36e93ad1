using Airgap.Trust.Formats;

namespace Airgap.Trust.Envelopes;

/// <summary>A subject of a statement.</summary>
/// <param name="Digests">Its digests in hex by algorithm.</param>
/// <param name="Annotations">What the signer added (<c>cosign sign -a</c>).</param>
internal sealed record StatementSubject(IReadOnlyDictionary<string, string> Digests, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Reads one.</summary>
    public static StatementSubject Read(JsonFields fields)
    {
        StatementSubject subject = new(Map(fields.Object("digest")), Map(fields.Object("annotations")));
        fields.NoneInAnotherCase();
        if (fields.Format.IsProto)
        {
            _ = (fields.Text("name"), fields.Text("uri"), fields.Bytes("content"), fields.Text("downloadLocation"), fields.Text("mediaType"));
            fields.Only();
            fields.Object("digest")?.OnlyHex();
        }

        return subject;
    }

    // Values that are not strings are left out: no caller needs them.
    private static Dictionary<string, string> Map(JsonFields? fields)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (string name in fields?.Names ?? [])
        {
            if (fields!.TextOrNull(name) is { } text)
                map[name] = text;
        }

        return map;
    }
}
