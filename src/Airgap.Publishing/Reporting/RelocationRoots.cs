using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Reporting;

/// <summary>Reads the images of a <c>relocation.json</c>, each with its source and destination.</summary>
internal static class RelocationRoots
{
    /// <summary>Reads them; null if the JSON is not a relocation.json.</summary>
    public static ImmutableArray<ImmutableArray<ImageReference>>? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schemaVersion", out _))
                return null;
            ImmutableArray<ImmutableArray<ImageReference>>.Builder images = ImmutableArray.CreateBuilder<ImmutableArray<ImageReference>>();
            foreach (JsonElement image in root.GetProperty("items").EnumerateArray()
                .SelectMany(item => item.GetProperty("images").EnumerateArray()))
            {
                ImageReference[] places =
                    [.. new[] { "source", "destination" }.Select(name => Place(image, name)).OfType<ImageReference>()];
                if (places.Length > 0)
                    images.Add([.. places]);
            }

            return images.ToImmutable();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static ImageReference? Place(JsonElement image, string name) =>
        image.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
        && ImageReference.TryParse(text.GetString(), out ImageReference? reference, out _)
        && reference.Digest is not null ? reference : null;
}
