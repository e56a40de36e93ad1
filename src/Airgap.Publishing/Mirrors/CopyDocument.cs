using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Mirrors;

/// <summary>
/// The images of the document that <c>copy --json</c> prints: a copy writes no <c>relocation.json</c>, but its document contains the same
/// sources and destinations of images.
/// </summary>
internal static class CopyDocument
{
    /// <summary>Reads the repositories and their mirrors, ordered by name; null if it is another document.</summary>
    /// <param name="json">The document's bytes.</param>
    /// <param name="host">The host by which the cluster knows the mirror; null for that of the copy.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingMirrored"/>: a source or destination is not a reference.</exception>
    public static ImmutableArray<MirrorEntry>? Read(ReadOnlyMemory<byte> json, string? host)
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
                ? [] : MirrorMap.Of(items.EnumerateArray().Select(item => Image(item, host)).ToArray(), PlainHttp(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> PlainHttp(JsonElement root) =>
        root.TryGetProperty("plainHttp", out JsonElement hosts) ? [.. hosts.EnumerateArray().Select(host => host.GetString() ?? "")] : [];

    private static (ReportImage, bool, string?) Image(JsonElement item, string? host)
    {
        string[] tags = [.. item.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString() ?? "")];
        ReportImage image = new(
            Text(item, "source") ?? "", Text(item, "destination"), Text(item, "digest") ?? "", "", 0, "", Text(item, "kind") ?? "", tags)
        {
            Origin = Text(item, "origin"),
        };
        // imgpkg's own tags and those of attachments are named after digests.
        return (image, tags.Any(tag => DerivedTags.SubjectOf(tag) is null), host);
    }

    // GetString throws for other JSON types, which only another document has.
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
