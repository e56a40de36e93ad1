using System.Text.Json;

namespace Airgap.Oci.Credentials.Keychains;

/// <summary>Reads single fields of cloud responses and files.</summary>
internal static class CloudJson
{
    /// <summary>The object in a text; an empty element if there is none.</summary>
    public static JsonElement Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>A field that is a non-empty string, or null.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
                && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Escapes that are not Unicode characters.
            return null;
        }
    }

    /// <summary>A numeric field, written as a number or a string, or null.</summary>
    public static double? Number(this JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number)
            return value.GetDouble();
        return double.TryParse(element.Text(name), System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : null;
    }
}
