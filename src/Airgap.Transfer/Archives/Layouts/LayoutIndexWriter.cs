using System.Buffers;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// Writes the <c>index.json</c> of a plan. Every image, signature and referrer is an entry with its own name, so that
/// tools that select by name find it; requested items come first. The same plan gives the same bytes.
/// </summary>
internal static class LayoutIndexWriter
{
    /// <summary>The bytes of index.json.</summary>
    /// <param name="plan">The plan to list.</param>
    /// <param name="earlier">The index of the layout that the plan is added to; null for a new one.</param>
    public static ReadOnlyMemory<byte> Write(TransferPlan plan, LayoutIndex? earlier = null)
    {
        (PlannedItem Item, string Name)[] items = [.. Ordered(plan).Select(item => (item, FullName(item)))];
        HashSet<string> replaced = [.. items.Select(item => item.Name)];
        HashSet<string> references = [];
        ArrayBufferWriter<byte> output = new();
        using Utf8JsonWriter json = new(output, JsonBytes.Unescaped);
        json.WriteStartObject();
        json.WriteNumber("schemaVersion"u8, 2);
        json.WriteString("mediaType"u8, MediaTypes.OciIndex);
        json.WriteStartArray("manifests"u8);
        using JsonDocument? before = earlier is null ? null : JsonDocument.Parse(earlier.Bytes);
        if (earlier is not null)
            WriteKept(json, earlier, before!.RootElement, replaced, references, [.. items.Select(item => item.Item.Digest)]);
        foreach ((PlannedItem item, string name) in items)
            WriteItem(json, item, name, references);
        json.WriteEndArray();
        if (before is not null)
            WriteRest(json, before.RootElement);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    // The name of an image in containerd, which calls Docker Hub docker.io.
    private static string FullName(PlannedItem item)
    {
        RepositoryName repository = item.Source.Repository;
        string host = repository.Registry == RepositoryName.DockerHub ? "docker.io" : repository.Registry;
        return item.Tag is { } tag ? $"{host}/{repository.Path}:{tag}" : $"{host}/{repository.Path}@{item.Digest}";
    }

    private static IEnumerable<PlannedItem> Ordered(TransferPlan plan) =>
        plan.Items.OrderBy(item => item == plan.Root || item.Owners is not null ? 0 : 1);

    private static void WriteKept(
        Utf8JsonWriter json, LayoutIndex earlier, JsonElement before, HashSet<string> replaced, HashSet<string> references,
        HashSet<Digest> written)
    {
        JsonElement.ArrayEnumerator raw = before.GetProperty("manifests"u8) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray() : default;
        foreach (LayoutEntry entry in earlier.Entries)
        {
            raw.MoveNext();
            bool isReplaced = entry.Annotations.TryGetValue(LayoutNames.ContainerdName, out string? name)
                ? replaced.Contains(name)
                : !entry.IsNamed && written.Contains(entry.Descriptor.Digest);
            if (isReplaced)
                continue;
            raw.Current.WriteTo(json);
            if (entry.Annotations.TryGetValue(LayoutNames.RefName, out string? reference))
                references.Add(reference);
        }
    }

    private static void WriteRest(Utf8JsonWriter json, JsonElement before)
    {
        foreach (JsonProperty property in before.EnumerateObject()
            .Where(property => property.Name is not ("schemaVersion" or "mediaType" or "manifests")))
            property.WriteTo(json);
    }

    private static void WriteItem(Utf8JsonWriter json, PlannedItem item, string name, HashSet<string> references)
    {
        Manifest manifest = item.Content.Manifest;
        json.WriteStartObject();
        json.WriteString("mediaType"u8, manifest.MediaType);
        json.WriteString("digest"u8, manifest.Digest.ToString());
        json.WriteNumber("size"u8, manifest.Descriptor.Size);
        if (manifest.ArtifactType is { Length: > 0 } artifactType)
            json.WriteString("artifactType"u8, artifactType);
        json.WriteStartObject("annotations"u8);
        if (item.Content.AllLeftOut is { IsEmpty: false } leftOut)
            json.WriteString(LeftOutList.Name, LeftOutList.Text(leftOut));
        if (item.IsRootBundle)
            json.WriteString(ArchiveManifestWriter.RootLabel, "");
        if (item.OriginalReference.Length > 0)
            json.WriteString(LayoutNames.OriginalReference, item.OriginalReference);
        if (item.Owners is not null)
            json.WriteString(LayoutNames.AskedFor, item.Owners);
        json.WriteString(LayoutNames.ContainerdName, name);

        // The short name if it is unique, otherwise the full name.
        string shortName = item.Tag ?? ContentTag.Of(item.Digest);
        json.WriteString(LayoutNames.RefName, references.Add(shortName) ? shortName : name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
