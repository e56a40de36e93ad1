using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>Writes an archive's manifest.json, byte for byte as imgpkg does.</summary>
internal static class ArchiveManifestWriter
{
    /// <summary>The archive's own label for the root bundle.</summary>
    public const string RootLabel = "dev.carvel.imgpkg.copy.root-bundle";

    /// <summary>
    /// The file in pieces of at most one manifest and one config, because for thousands of images the file is far
    /// larger than any piece.
    /// </summary>
    /// <returns>The pieces, each valid until the next.</returns>
    public static IEnumerable<ReadOnlyMemory<byte>> Write(TransferPlan plan)
    {
        // Go writes a list without elements as null.
        if (plan.Items.IsEmpty)
        {
            yield return "null"u8.ToArray();
            yield break;
        }

        GoJson json = new();
        for (int i = 0; i < plan.Items.Length; i++)
        {
            PlannedItem item = plan.Items[i];
            json.Raw(i == 0 ? "[{" : ",{");
            if (item.Content.Manifest.IsIndex)
            {
                json.Raw("\"ImageIndex\":");
                foreach (ReadOnlyMemory<byte> piece in WriteIndex(json, item, item.Content, item.Content.Manifest.MediaType))
                    yield return piece;
                json.Raw(",\"Image\":null}");
            }
            else
            {
                json.Raw("\"ImageIndex\":null,\"Image\":");
                WriteImage(json, item, item.Content);
                json.Raw("}");
            }

            yield return json.Take();
        }

        yield return json.Raw("]").Take();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> WriteIndex(GoJson json, PlannedItem item, PlannedManifest index, string mediaType)
    {
        // The descriptor that refers to a nested index gives its type, not the index itself.
        HashSet<Digest> left = [.. index.LeftOut];
        (PlannedManifest Node, Descriptor Descriptor)[] children =
            [.. index.Children.Zip(index.Manifest.Manifests.Where(child => !left.Contains(child.Digest)))];
        WriteRefs(json, item, index);
        bool any = false;
        json.Raw(",\"Images\":");
        foreach ((PlannedManifest node, _) in children.Where(child => !child.Node.Manifest.IsIndex))
        {
            json.Raw(any ? "," : "[");
            any = true;
            WriteImage(json, item, node);
            yield return json.Take();
        }

        json.Raw(any ? "]" : "null");
        any = false;
        json.Raw(",\"Indexes\":");
        foreach ((PlannedManifest node, Descriptor descriptor) in children.Where(child => child.Node.Manifest.IsIndex))
        {
            json.Raw(any ? "," : "[");
            any = true;
            foreach (ReadOnlyMemory<byte> piece in WriteIndex(json, item, node, descriptor.MediaType))
                yield return piece;
        }

        json.Raw(any ? "]" : "null");
        json.Raw(",\"MediaType\":").String(mediaType)
            .Raw(",\"Digest\":").String(index.Manifest.Digest.ToString())
            .Raw(",\"Raw\":").String(Text(index, index.Manifest.Bytes.Span, "manifest"));
        WriteEnd(json, item, index == item.Content ? item.Content.AllLeftOut : []);
        yield return json.Take();
    }

    private static void WriteImage(GoJson json, PlannedItem item, PlannedManifest image)
    {
        Manifest manifest = image.Manifest;
        ReadOnlyMemory<byte> config = image.Config ?? throw new AirgapException(
            ErrorCode.InvalidManifest,
            $"The config of {ImageReference.ByDigest(image.Origin, manifest.Digest)} has {manifest.Config!.Size} bytes, and imgpkg's " +
            $"archive format allows configs of at most {PlannedManifest.SmallBlob}.",
            $"Relocate this image from registry to registry, or carry it {AdviceTerms.CarryLayout}.")
        { Reference = image.Origin.ToString(), Digest = manifest.Digest.ToString() };
        ImmutableArray<string> diffIds = DiffIds(config);
        WriteRefs(json, item, image);
        json.Raw(",\"Layers\":");
        WriteList(json, manifest.Layers.Index(), layer => json
            .Raw("{\"MediaType\":").String(layer.Item.MediaType)
            .Raw(",\"Digest\":").String(layer.Item.Digest.ToString())
            .Raw(",\"DiffID\":")
            .String(MediaTypes.IsLayer(layer.Item.MediaType) && layer.Index < diffIds.Length ? diffIds[layer.Index] : "")
            .Raw(",\"Size\":").Number(layer.Item.Size)
            .Raw("}"));
        json.Raw(",\"Config\":{\"Digest\":").String(manifest.Config!.Digest.ToString())
            .Raw(",\"Raw\":").String(Text(image, config.Span, "config"))
            .Raw("},\"Manifest\":{\"MediaType\":").String(manifest.MediaType)
            .Raw(",\"Digest\":").String(manifest.Digest.ToString())
            .Raw(",\"Raw\":").String(Text(image, manifest.Bytes.Span, "manifest"))
            .Raw("}");
        WriteEnd(json, item, leftOut: []);
    }

    private static void WriteRefs(GoJson json, PlannedItem item, PlannedManifest node) =>
        json.Raw("{\"Refs\":[").String($"{item.Source.Repository}@{node.Manifest.Digest}").Raw("]");

    // Children of an index repeat its entry, except for the manifests left out of it.
    private static void WriteEnd(GoJson json, PlannedItem item, ImmutableArray<Digest> leftOut)
    {
        json.Raw(",\"Tag\":").String(item.Tag ?? "")
            .Raw(",\"OrigRef\":").String(item.OriginalReference)
            .Raw(",\"Labels\":");
        if (item.IsRootBundle)
            json.Raw("{").String(RootLabel).Raw(":\"\"}}");
        else if (!leftOut.IsEmpty)
            json.Raw("{").String(LeftOutList.Name).Raw(":").String(LeftOutList.Text(leftOut)).Raw("}}");
        else
            json.Raw("null}");
    }

    private static void WriteList<T>(GoJson json, IEnumerable<T> items, Action<T> write)
    {
        bool any = false;
        foreach (T item in items)
        {
            json.Raw(any ? "," : "[");
            any = true;
            write(item);
        }

        json.Raw(any ? "]" : "null");
    }

    // The format stores manifests as JSON strings, which cannot contain bytes that are not text.
    private static ReadOnlySpan<byte> Text(PlannedManifest node, ReadOnlySpan<byte> bytes, string what) => Utf8.IsValid(bytes)
        ? bytes
        : throw new AirgapException(
            ErrorCode.InvalidManifest,
            $"The {what} of {ImageReference.ByDigest(node.Origin, node.Manifest.Digest)} is not UTF-8 text, which imgpkg's archive " +
            "format needs.",
            $"Relocate this image from registry to registry, or carry it {AdviceTerms.CarryLayout}.")
        { Reference = node.Origin.ToString(), Digest = node.Manifest.Digest.ToString() };

    private static ImmutableArray<string> DiffIds(ReadOnlyMemory<byte> config)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(config);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("rootfs", out JsonElement rootfs) && rootfs.ValueKind == JsonValueKind.Object
                && rootfs.TryGetProperty("diff_ids", out JsonElement ids) && ids.ValueKind == JsonValueKind.Array
                ? [.. ids.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String ? id.GetString()! : "")]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }
}
