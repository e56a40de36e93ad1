using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Mirrors;

/// <summary>
/// The images of the document that <c>copy --json</c> prints: a copy writes no <c>relocation.json</c>, but its document contains the same
/// sources and destinations of images.
/// </summary>
internal static class CopyDocument
{
    /// <summary>Reads the images, and whether the mirror has their tags, too; null if it is another document.</summary>
    /// <param name="json">The document's bytes.</param>
    public static ImmutableArray<(ReportImage Image, bool IsTagged)>? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "command") is not "copy" || !root.TryGetProperty("succeeded", out _))
                return null;
            // After a failure, the complete images are unknown; one shard of a plan completes none.
            return !root.GetProperty("succeeded").GetBoolean() || Text(root, "shard") is not null
                || !root.TryGetProperty("items", out JsonElement items)
                ? [] : [.. items.EnumerateArray().Select(Image)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static (ReportImage, bool) Image(JsonElement item)
    {
        string[] tags = [.. item.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString() ?? "")];
        ReportImage image = new(
            Text(item, "source") ?? "", Text(item, "destination"), Text(item, "digest") ?? "", "", 0, "", Text(item, "kind") ?? "", tags)
        {
            Origin = Text(item, "origin"),
        };
        // imgpkg's own tags and those of attachments are named after digests.
        return (image, tags.Any(tag => DerivedTags.SubjectOf(tag) is null));
    }

    // GetString throws for other JSON types, which only another document has.
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
