using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>The image that represents an index: the first for linux/amd64, as in Go's registry library.</summary>
internal static class DefaultPlatform
{
    /// <summary>The image itself, or the image that represents an index; null for an index without images.</summary>
    public static PlannedManifest? ImageOf(PlannedManifest node)
    {
        if (!node.Manifest.IsIndex)
            return node;

        // A child without a platform counts as linux/amd64, so that nested indexes are searched.
        List<(string Os, string Architecture)?> platforms = PlatformsOf(node);
        HashSet<Digest> left = [.. node.LeftOut];
        // If the index is incomplete, only its existing images are considered.
        int[] there = [.. Enumerable.Range(0, node.Manifest.Manifests.Length)
            .Where(i => !left.Contains(node.Manifest.Manifests[i].Digest))];
        int chosen = Math.Max(0, Array.FindIndex(there, i => i < platforms.Count && platforms[i] is null or ("linux", "amd64")));
        return chosen < node.Children.Length ? ImageOf(node.Children[chosen]) : null;
    }

    private static List<(string Os, string Architecture)?> PlatformsOf(PlannedManifest index)
    {
        using JsonDocument document = JsonDocument.Parse(index.Manifest.Bytes);
        return document.RootElement.TryGetProperty("manifests", out JsonElement manifests) && manifests.ValueKind == JsonValueKind.Array
            ? [.. manifests.EnumerateArray().Select(PlatformOf)]
            : [];
    }

    private static (string Os, string Architecture)? PlatformOf(JsonElement descriptor) =>
        descriptor.TryGetProperty("platform", out JsonElement platform) && platform.ValueKind == JsonValueKind.Object
            ? (TextOf(platform, "os"), TextOf(platform, "architecture"))
            : null;

    private static string TextOf(JsonElement platform, string name) =>
        platform.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
