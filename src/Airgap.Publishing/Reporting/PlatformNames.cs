using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci.Content;

namespace Airgap.Publishing.Reporting;

/// <summary>Names the manifests of an index by their platforms.</summary>
internal static class PlatformNames
{
    /// <summary>
    /// Such as <c>linux/arm/v7</c> or <c>attestation</c>, in the index's order; a manifest without a platform is
    /// <c>manifest N</c>.
    /// </summary>
    public static ImmutableArray<string> Of(Manifest index)
    {
        using JsonDocument document = JsonDocument.Parse(index.Bytes, new JsonDocumentOptions { MaxDepth = 64 });
        return document.RootElement.TryGetProperty("manifests", out JsonElement manifests) && manifests.ValueKind == JsonValueKind.Array
            ? [.. manifests.EnumerateArray().Select((descriptor, i) => NameOf(descriptor) ?? $"manifest {i + 1}")]
            : [];
    }

    private static string? NameOf(JsonElement descriptor)
    {
        // BuildKit lists an attestation for each image, with a platform that does not exist.
        if (Object(descriptor, "annotations") is { } annotations
            && Text(annotations, "vnd.docker.reference.type") == "attestation-manifest")
            return "attestation";
        if (Object(descriptor, "platform") is not { } platform)
            return null;
        string[] parts = [Text(platform, "os"), Text(platform, "architecture"), Text(platform, "variant")];
        string name = string.Join('/', parts.Where(part => part.Length > 0));
        return name.Length == 0 ? null : Text(platform, "os.version") is { Length: > 0 } version ? $"{name} {version}" : name;
    }

    private static JsonElement? Object(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
