using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Airgap.Oci.Content;

/// <summary>Writes JSON documents to memory.</summary>
internal static class JsonBytes
{
    /// <summary>
    /// Escapes only what JSON requires, as Go's tools and people write media types and references. Not for text inside a web page.
    /// </summary>
    public static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object as UTF-8.</summary>
    /// <param name="members">Writes the members.</param>
    /// <param name="options">The form of the text; by default compact, with characters of HTML and beyond ASCII escaped.</param>
    public static byte[] Object(Action<Utf8JsonWriter> members, JsonWriterOptions options = default)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Writes a member that is an array of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
