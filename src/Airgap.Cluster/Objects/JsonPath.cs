using System.Text.Json;

namespace Airgap.Cluster.Objects;

/// <summary>Reads fields of an object of the cluster; a field of another kind counts as missing.</summary>
internal static class JsonPath
{
    /// <summary>A field; null if it is missing or null.</summary>
    public static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        JsonElement at = element;
        foreach (string name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }

        return at.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : at;
    }

    /// <summary>A text; null if it is missing or empty.</summary>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.String } found && found.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A whole number; 0 where it is missing.</summary>
    public static long Number(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out long number) ? number : 0;

    /// <summary>A boolean; false if missing.</summary>
    public static bool Flag(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.True };

    /// <summary>The items of a list; empty if missing.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray() : [];

    /// <summary>The fields of an object; none where it is missing.</summary>
    public static IEnumerable<JsonProperty> Fields(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Object } found ? found.EnumerateObject() : [];

    /// <summary><c>NAMESPACE/NAME</c>, or the name of an object that has no namespace.</summary>
    public static string FullName(this JsonElement element) =>
        element.Text("metadata", "namespace") is { } ns
            ? $"{ns}/{element.Text("metadata", "name")}" : element.Text("metadata", "name") ?? "";
}
