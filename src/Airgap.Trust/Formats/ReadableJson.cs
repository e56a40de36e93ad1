using System.Text.Json;

namespace Airgap.Trust.Formats;

/// <summary>The values of JSON that its reader does not decode until they are asked for.</summary>
internal static class ReadableJson
{
    /// <summary>Refuses texts that are not Unicode, and numbers that are too large.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">A number is too large.</exception>
    /// <exception cref="InvalidOperationException">A text is not Unicode; <see cref="StrictJson"/> translates it.</exception>
    public static void Require(JsonElement element, Format format)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Require(property.Value, format);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement one in element.EnumerateArray())
                    Require(one, format);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Number when !double.IsFinite(element.GetDouble()):
                throw format.Invalid("a number in it is too large");
        }
    }
}
