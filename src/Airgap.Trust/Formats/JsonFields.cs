using System.Globalization;
using System.Text.Json;
using Airgap.Oci.Content;

namespace Airgap.Trust.Formats;

/// <summary>
/// The fields of a JSON object. A field of another type is refused; null counts as absent, as in the JSON of Protocol Buffers.
/// <see cref="Only"/> refuses unknown fields.
/// </summary>
internal sealed class JsonFields
{
    private readonly JsonElement _element;
    private readonly Format _format;
    private readonly string _path;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public JsonFields(JsonElement element, Format format, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw format.Invalid(path.Length == 0 ? "it is not a JSON object" : $"'{path}' is not a JSON object");
        (_element, _format, _path) = (element, format, path);
    }

    /// <summary>The format, for failures.</summary>
    public Format Format => _format;

    /// <summary>The names, in their order.</summary>
    public IEnumerable<string> Names => _element.EnumerateObject().Select(property => property.Name);

    /// <summary>True when the field is there, even as null.</summary>
    public bool IsWritten(string name) => (_asked.Add(name) || true) && _element.TryGetProperty(name, out _);

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A text; null when absent.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text");

    /// <summary>A text that is written without escapes; null when absent.</summary>
    public string? PlainText(string name) =>
        Find(name)?.GetRawText().Contains('\\', StringComparison.Ordinal) == true
            ? throw _format.Invalid($"'{name}' contains an escape") : Text(name);

    /// <summary>A text; null when absent or of another type.</summary>
    public string? TextOrNull(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A required, non-empty text.</summary>
    public string NeededText(string name) => Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    /// <summary>A whole number; null when absent.</summary>
    public long? PlainNumber(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : throw Wrong(name, "a whole number");

    /// <summary>A whole number, also as text, as in the JSON of Protocol Buffers; null when absent.</summary>
    public long? Number(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number))
            return number;
        if (value.ValueKind == JsonValueKind.String
            && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            return number;
        throw Wrong(name, "a whole number");
    }

    /// <summary>True for a whole number in any notation that Go reads as one of 64 bits.</summary>
    public bool IsWhole(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number)
        && Math.Floor(number) == number && number is >= long.MinValue and < 9223372036854775808.0;

    /// <summary>Bytes in base64; null when absent.</summary>
    public byte[]? Bytes(string name) => Text(name) is not { } text ? null
        : Decode(text) ?? throw Wrong(name, "base64");

    /// <summary>Base64 as this format has it; null when invalid.</summary>
    public byte[]? Decode(string text) => _format.IsProto && text.AsSpan().ContainsAny('\r', '\n') ? null : TryDecode(text);

    /// <summary>Required bytes in base64.</summary>
    public byte[] NeededBytes(string name) => Bytes(name) is { Length: > 0 } bytes ? bytes : throw Missing(name);

    /// <summary>An object; null when absent.</summary>
    public JsonFields? Object(string name) => Find(name) is { } value ? new JsonFields(value, _format, At(name)) : null;

    /// <summary>A required object.</summary>
    public JsonFields NeededObject(string name) => Object(name) ?? throw Missing(name);

    /// <summary>The elements of a list; empty when absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="most">The largest number of elements.</param>
    public IReadOnlyList<JsonElement> List(string name, int most)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "a list");
        return value.GetArrayLength() <= most
            ? [.. value.EnumerateArray()] : throw _format.Invalid($"'{At(name)}' has more than {most} elements");
    }

    /// <summary>The objects of a list; empty when absent.</summary>
    public IReadOnlyList<JsonFields> Objects(string name, int most) =>
        [.. List(name, most).Select(element => new JsonFields(element, _format, At(name)))];

    /// <summary>The texts of a list; null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name, int most) => !Has(name) ? null
        : [.. List(name, most).Select(
            element => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong(name, "a list of texts"))];

    /// <summary>Refuses unknown fields.</summary>
    public void Only()
    {
        foreach (string name in Names)
        {
            if (!_asked.Contains(name))
                throw _format.Invalid($"the field '{At(name)}' is not known");
        }
    }

    /// <summary>Refuses values that are not hex.</summary>
    public void OnlyHex()
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() is not { } text || text.Length % 2 != 0
                || !text.All(char.IsAsciiHexDigit))
                throw Wrong(property.Name, "hex");
        }
    }

    /// <summary>Refuses texts that are not Unicode and numbers that are too large, also in parts that nothing else reads.</summary>
    public void AllReadable() => ReadableJson.Require(_element, _format);

    /// <summary>Refuses fields that are null: some readers take them for absent, and others refuse them.</summary>
    public void NoNulls()
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
                throw _format.Invalid($"'{At(property.Name)}' is null");
        }
    }

    /// <summary>
    /// Refuses fields that Go takes for a known one because they differ only in case: other readers would see other values.
    /// </summary>
    public void NoneInAnotherCase()
    {
        foreach (string name in Names)
        {
            if (!_asked.Contains(name) && _asked.Any(known => FieldNames.IsTakenFor(name, known)))
                throw _format.Invalid($"the field '{At(name)}' is a known one in another case");
        }
    }

    /// <summary>A failure at this object.</summary>
    public Airgap.Oci.AirgapException Missing(string name) => _format.Invalid($"'{At(name)}' is missing or empty");

    /// <summary>Base64 as Go reads it, ignoring ends of lines; null when invalid.</summary>
    public static byte[]? TryDecode(string text)
    {
        if (text.AsSpan().ContainsAny(' ', '\t'))
            return null;
        byte[] bytes = new byte[((text.Length / 4) + 1) * 3];
        return Convert.TryFromBase64String(text, bytes, out int written) ? bytes[..written] : null;
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private Airgap.Oci.AirgapException Wrong(string name, string what) => _format.Invalid($"'{At(name)}' is not {what}");

    private string At(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}
