using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Airgap.Oci.Content;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>The data that the page's script shows on request, as JSON in the page.</summary>
internal static class PageData
{
    /// <summary>The JSON. The default encoder escapes every character that has a meaning in HTML or a script.</summary>
    public static string Write(ReportModel model, NodeList nodes)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default, Indented = false }))
        {
            json.WriteStartObject();
            json.WriteBoolean("relocation", model.IsRelocation);
            string[] types = [.. model.Blobs.Select(blob => blob.Descriptor.MediaType).Distinct().Order(StringComparer.Ordinal)];
            Dictionary<string, int> places = types.Index().ToDictionary(type => type.Item, type => type.Index);
            json.WriteStrings("types", types);
            json.WriteStartArray("blobs");
            foreach (ReportBlob blob in model.Blobs)
            {
                json.WriteStartArray();
                json.WriteStringValue(blob.Descriptor.Digest.ToString());
                json.WriteNumberValue(blob.Descriptor.Size);
                json.WriteNumberValue(places[blob.Descriptor.MediaType]);
                json.WriteStringValue(Outcomes.Word(blob));
                json.WriteNumberValue(blob.Uses);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray("nodes");
            foreach (NodeEntry entry in nodes.Entries)
                Write(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, NodeEntry entry)
    {
        ReportNode node = entry.Node;
        json.WriteStartObject();
        json.WriteString("kind", node.Kind.ToString().ToLowerInvariant());
        json.WriteString("name", node.Name);
        if (entry.Parent is { } parent)
            json.WriteNumber("parent", parent.Number);
        Text("digest", node.Digest?.ToString());
        Text("origin", node.Origin);
        if (node.Source != node.Origin)
            Text("source", node.Source);
        Text("destination", node.Destination);
        Text("type", node.MediaType);
        json.WriteNumber("size", node.Size);
        Text("outcome", Outcomes.Word(node) is { Length: > 0 } word ? word : null);
        if (!node.Tags.IsEmpty)
            json.WriteStrings("tags", node.Tags);

        if (!node.Annotations.IsEmpty)
        {
            json.WriteStartObject("annotations");
            foreach ((string name, string value) in node.Annotations)
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        if (!node.Blobs.IsEmpty)
        {
            json.WriteStartArray("blobs");
            foreach (int blob in node.Blobs)
                json.WriteNumberValue(blob);
            json.WriteEndArray();
        }

        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
                json.WriteString(name, value);
        }
    }
}
