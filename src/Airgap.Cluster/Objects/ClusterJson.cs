using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Airgap.Cluster.Objects;

/// <summary>Reads a cluster's JSON as Go's decoder does: deeper nesting than .NET's default, and invalid characters as U+FFFD.</summary>
internal static class ClusterJson
{
    /// <summary>How deep an object may be nested. Schemas of CustomResourceDefinitions reach some dozens of levels.</summary>
    public const int MaxDepth = 256;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">It is not JSON, or nested too deep.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json) => JsonElement.Parse(WithWholeCharacters(json), s_options);

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static JsonElement Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    // A string with half a surrogate pair or invalid UTF-8 would be parsed, and fail only when it is read.
    private static ReadOnlySpan<byte> WithWholeCharacters(ReadOnlySpan<byte> json)
    {
        bool isText = Utf8.IsValid(json);
        if (isText && json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return json;
        byte[] whole = isText ? json.ToArray() : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        for (int at = 0; at < whole.Length;)
        {
            int next = whole.AsSpan(at).IndexOf((byte)'\\');
            if (next < 0)
                break;
            at += next;
            char unit = UnitAt(whole, at);
            if (!char.IsSurrogate(unit))
                at += 2;
            else if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(UnitAt(whole, at + 6)))
                at += 12;
            else
            {
                "\\ufffd"u8.CopyTo(whole.AsSpan(at));
                at += 6;
            }
        }

        return whole;
    }

    // The UTF-16 code unit of an escape; a letter if there is none.
    private static char UnitAt(byte[] json, int at) =>
        at + 6 <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
        && ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : 'x';
}
