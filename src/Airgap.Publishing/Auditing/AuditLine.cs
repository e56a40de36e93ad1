using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Signing;

namespace Airgap.Publishing.Auditing;

/// <summary>A line of a log: one JSON object with the digest of the previous line.</summary>
internal static class AuditLine
{
    /// <summary>The maximum length of a line, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The version of the format.</summary>
    private const int Version = 1;

    // The common fields of all entries.
    private static readonly string[] s_texts = ["time", "event", "outcome", "tool"];
    private static readonly string[] s_lists = ["from", "to", "roots"];

    /// <summary>Writes a line, without its line feed.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="sequence">Its number, counted from 1.</param>
    /// <param name="previous">The digest of the previous line, without its line feed; null for the first.</param>
    /// <param name="time">When.</param>
    public static byte[] Write(AuditEntry entry, long sequence, Digest? previous, DateTimeOffset time)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteNumber("version", Version);
            json.WriteNumber("sequence", sequence);
            json.WriteString("previous", previous?.ToString());
            json.WriteString("time", RelocationStatement.Time(time));
            json.WriteString("event", entry.Event);
            json.WriteString("outcome", entry.Outcome);
            if (entry.Who is not null)
            {
                json.WritePropertyName("who");
                entry.Who.Write(json);
            }

            json.WriteStrings("from", entry.From);
            json.WriteStrings("to", entry.To);
            json.WriteStrings("roots", entry.Roots);
            json.WriteString("tool", entry.Version);
        }, JsonBytes.Unescaped);
    }

    /// <summary>Reads the number and the digest of the previous line.</summary>
    /// <returns>Null if the text is not a line of this format.</returns>
    public static (long Sequence, Digest? Previous)? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            if (!s_texts.All(name => root.GetProperty(name).ValueKind == JsonValueKind.String)
                || !s_lists.All(name => root.GetProperty(name).ValueKind == JsonValueKind.Array))
            {
                return null;
            }

            JsonElement previous = root.GetProperty("previous");
            Digest? before = null;
            if (previous.ValueKind != JsonValueKind.Null)
            {
                if (!Digest.TryParse(previous.GetString(), out Digest digest))
                    return null;
                before = digest;
            }

            return (root.GetProperty("sequence").GetInt64(), before);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
