using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>
/// Imports an archive as imgpkg is known to do, without any code of the product's readers: manifest.json determines everything, other
/// entries are ignored, a layer's entry is opened only if the registry lacks the layer, each manifest gets its
/// content tag, and the requested tag is set last. imgpkg itself is not run.
/// </summary>
internal static class PlainReader
{
    /// <exception cref="KeyNotFoundException">The registry lacks a layer, and so does the archive.</exception>
    public static async Task ImportAsync(string path, IImageRepository to, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> entries = await EntriesAsync(path, cancellationToken);
        using JsonDocument list = JsonDocument.Parse(entries["manifest.json"]);
        List<(Manifest Manifest, string Tag)> tags = [];
        foreach (JsonElement element in list.RootElement.EnumerateArray())
        {
            if (element.GetProperty("ImageIndex") is { ValueKind: JsonValueKind.Object } index)
                await IndexAsync(index, isTop: true);
            else
                await ImageAsync(element.GetProperty("Image"), isTop: true);
        }

        foreach ((Manifest manifest, string tag) in tags)
            await to.PushManifestAsync(manifest, tag, cancellationToken);

        async Task IndexAsync(JsonElement index, bool isTop)
        {
            foreach (JsonElement image in Children(index, "Images"))
                await ImageAsync(image, isTop: false);
            foreach (JsonElement nested in Children(index, "Indexes"))
                await IndexAsync(nested, isTop: false);
            await FinishAsync(index, index, isTop);
        }

        async Task ImageAsync(JsonElement image, bool isTop)
        {
            Manifest manifest = Parse(image.GetProperty("Manifest"));
            foreach (Descriptor layer in manifest.Layers)
            {
                if (!await to.HasBlobAsync(layer, cancellationToken))
                    await PushAsync(layer, entries[$"{layer.Digest.Algorithm}-{layer.Digest.Hex}.tar.gz"]);
            }

            await PushAsync(manifest.Config!, Encoding.UTF8.GetBytes(image.GetProperty("Config").GetProperty("Raw").GetString()!));
            await FinishAsync(image, image.GetProperty("Manifest"), isTop);
        }

        async Task FinishAsync(JsonElement element, JsonElement raw, bool isTop)
        {
            Manifest manifest = Parse(raw);
            await to.PushManifestAsync(manifest, isTop ? $"sha256-{manifest.Digest.Hex}.imgpkg" : null, cancellationToken);
            if (isTop && element.GetProperty("Tag").GetString() is { Length: > 0 } tag)
                tags.Add((manifest, tag));
        }

        async Task PushAsync(Descriptor blob, byte[] bytes) =>
            await to.PushBlobAsync(new MemoryBlobContent(blob, (ReadOnlyMemory<byte>)bytes), null, null, cancellationToken);
    }

    private static Manifest Parse(JsonElement element) => Manifest.Parse(
        Encoding.UTF8.GetBytes(element.GetProperty("Raw").GetString()!), element.GetProperty("MediaType").GetString(),
        Digest.Parse(element.GetProperty("Digest").GetString()!));

    private static IEnumerable<JsonElement> Children(JsonElement index, string name) =>
        index.GetProperty(name) is { ValueKind: JsonValueKind.Array } children ? children.EnumerateArray() : [];

    private static async Task<Dictionary<string, byte[]>> EntriesAsync(string path, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> entries = [];
        await using FileStream file = File.OpenRead(path);
        await using TarReader tar = new(file);
        while (await tar.GetNextEntryAsync(copyData: true, cancellationToken) is { } entry)
        {
            using MemoryStream bytes = new();
            if (entry.DataStream is not null)
                await entry.DataStream.CopyToAsync(bytes, cancellationToken);
            entries.Add(entry.Name, bytes.ToArray());
        }

        return entries;
    }
}
