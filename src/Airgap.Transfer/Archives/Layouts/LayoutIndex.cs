using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>The <c>index.json</c> of a layout.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Entries">Its entries, in order.</param>
internal sealed record LayoutIndex(ReadOnlyMemory<byte> Bytes, ImmutableArray<LayoutEntry> Entries)
{
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Reads <c>oci-layout</c> and <c>index.json</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>, or a 3xxx code of the file.</exception>
    public static async Task<LayoutIndex> ReadAsync(LayoutFiles files, CancellationToken cancellationToken)
    {
        CheckVersion(files, await ReadAsync(files, LayoutNames.Marker, cancellationToken));
        byte[] bytes = await ReadAsync(files, LayoutNames.Index, cancellationToken);
        return new LayoutIndex(bytes, Parse(bytes, files.Invalid));
    }

    /// <summary>Reads the entries of an index.json.</summary>
    public static ImmutableArray<LayoutEntry> Parse(ReadOnlyMemory<byte> bytes, Func<string, AirgapException> invalid)
    {
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("manifests", out JsonElement manifests)
                || manifests.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                throw invalid($"its {LayoutNames.Index} has no list 'manifests'");
            return manifests.ValueKind == JsonValueKind.Null ? [] : [.. manifests.EnumerateArray().Select(item => EntryOf(item, invalid))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw invalid($"its {LayoutNames.Index} is not JSON, or has a field twice");
        }
    }

    private static async Task<byte[]> ReadAsync(LayoutFiles files, string name, CancellationToken cancellationToken)
    {
        LayoutFile file = files.Find(name) ?? throw files.Invalid($"it contains no {name}");
        return file.Size <= MaxBytes ? await file.ReadAsync(cancellationToken) : throw files.Invalid($"its {name} has {file.Size} bytes");
    }

    private static void CheckVersion(LayoutFiles files, byte[] marker)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(marker, new JsonDocumentOptions { AllowDuplicateProperties = false });
            string? version = document.RootElement.GetProperty("imageLayoutVersion").GetString();
            if (version?.StartsWith("1.", StringComparison.Ordinal) != true)
                throw files.Invalid($"its {LayoutNames.Marker} gives the version '{version}', but only 1.0.0 can be read");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw files.Invalid($"its {LayoutNames.Marker} gives no imageLayoutVersion");
        }
    }

    private static LayoutEntry EntryOf(JsonElement item, Func<string, AirgapException> invalid)
    {
        if (item.ValueKind != JsonValueKind.Object
            || !item.TryGetProperty("digest", out JsonElement digestText) || !Digest.TryParse(digestText.GetString(), out Digest digest))
            throw invalid($"its {LayoutNames.Index} lists an entry without a valid digest");
        if (!item.TryGetProperty("size", out JsonElement sizeNumber) || !sizeNumber.TryGetInt64(out long size) || size < 0)
            throw invalid($"its {LayoutNames.Index} lists {digest} without a valid size");
        string type = item.TryGetProperty("mediaType", out JsonElement mediaType) ? mediaType.GetString() ?? "" : "";
        ImmutableDictionary<string, string>.Builder annotations = ImmutableDictionary.CreateBuilder<string, string>();
        if (item.TryGetProperty("annotations", out JsonElement pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty pair in pairs.EnumerateObject())
                annotations[pair.Name] = pair.Value.GetString() ?? "";
        }

        return new LayoutEntry(new Descriptor(type, digest, size), annotations.ToImmutable());
    }
}
