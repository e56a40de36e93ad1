using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Producing;

/// <summary>The platforms of indexes and images.</summary>
internal static class PlatformOf
{
    /// <summary>
    /// The platforms of an index's images, as <c>os/architecture[/variant]</c>, each with its image, without entries
    /// that name no platform, such as attestations.
    /// </summary>
    public static IReadOnlyList<(string Platform, Digest Digest)> Index(Manifest index)
    {
        using JsonDocument document = JsonDocument.Parse(index.Bytes);
        JsonElement[] children = [.. document.RootElement.GetProperty("manifests").EnumerateArray()];
        return [.. children.Zip(
            index.Manifests, (json, descriptor) =>
            (Platform: json.TryGetProperty("platform", out JsonElement platform) ? Of(platform) : null, descriptor.Digest))
                .Where(child => child.Platform is not null)!];
    }

    /// <summary>The platform that an image's config names; null for none.</summary>
    public static string? Config(ReadOnlyMemory<byte> config)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(config);
            return Of(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// True if the platform is the requested one; a requested platform without a variant matches any.
    /// </summary>
    public static bool Matches(string platform, string wanted) =>
        platform.Equals(wanted, StringComparison.OrdinalIgnoreCase)
        || (wanted.Count(c => c == '/') == 1 && platform.StartsWith(wanted + "/", StringComparison.OrdinalIgnoreCase));

    /// <summary>The platform of a descriptor's <c>platform</c>; null for none.</summary>
    public static string? Json(JsonElement platform) => Of(platform);

    private static string? Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Text("os") is not { } os
            || Text("architecture") is not { } architecture || os == "unknown")
            return null;
        return Text("variant") is { } variant ? $"{os}/{architecture}/{variant}" : $"{os}/{architecture}";

        string? Text(string name) =>
            json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: > 0 } text ? text : null;
    }
}
