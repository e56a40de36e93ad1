using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Reporting;

/// <summary>An image of a <c>relocation.json</c>.</summary>
/// <param name="Places">Its source and destination, as far as they are named; at least one.</param>
/// <param name="Destination">Its destination; null for an archive.</param>
/// <param name="SparseSelection">The selection that left images out of its item's indexes but kept their digests; null for none.</param>
internal sealed record RelocatedRoot(ImmutableArray<ImageReference> Places, ImageReference? Destination, string? SparseSelection);

/// <summary>Reads the images of a <c>relocation.json</c>, each with its source and destination.</summary>
internal static class RelocationRoots
{
    /// <summary>Reads them; null if the JSON is not a relocation.json.</summary>
    public static ImmutableArray<RelocatedRoot>? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schemaVersion", out _))
                return null;
            ImmutableArray<RelocatedRoot>.Builder images = ImmutableArray.CreateBuilder<RelocatedRoot>();
            foreach (JsonElement item in root.GetProperty("items").EnumerateArray())
            {
                string? selection = SparseSelection(item);
                foreach (JsonElement image in item.GetProperty("images").EnumerateArray())
                {
                    ImageReference? destination = Place(image, "destination");
                    ImageReference[] places = [.. new[] { Place(image, "source"), destination }.OfType<ImageReference>()];
                    if (places.Length > 0)
                        images.Add(new RelocatedRoot([.. places], destination, selection));
                }
            }

            return images.ToImmutable();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string? SparseSelection(JsonElement item) =>
        item.TryGetProperty("derived", out JsonElement derived) && derived.ValueKind == JsonValueKind.Object
        && derived.TryGetProperty("sparseIndexes", out JsonElement sparse) && sparse.ValueKind == JsonValueKind.Number
            ? derived.GetProperty("selection").GetString() : null;

    private static ImageReference? Place(JsonElement image, string name) =>
        image.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
        && ImageReference.TryParse(text.GetString(), out ImageReference? reference, out _)
        && reference.Digest is not null ? reference : null;
}
