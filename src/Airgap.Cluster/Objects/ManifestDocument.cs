using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Objects;

/// <summary>One object of a manifest.</summary>
/// <param name="Object">The object as JSON.</param>
/// <param name="Location">Its location.</param>
internal sealed record ManifestDocument(JsonElement Object, SourceLocation Location)
{
    private const string List = "List";

    private const string Advice = "Give YAML or JSON files with Kubernetes objects; each has apiVersion, kind and metadata.name.";

    /// <summary>Group and version, such as <c>packaging.carvel.dev/v1alpha1</c>.</summary>
    public string ApiVersion { get; } = Object.Text("apiVersion") ?? "";

    /// <summary>The kind.</summary>
    public string Kind { get; } = Object.Text("kind") ?? "";

    /// <summary>The name.</summary>
    public string Name { get; } = Object.Text("metadata", "name") ?? "";

    /// <summary>The namespace that it names; null for none.</summary>
    public string? Namespace { get; } = Object.Text("metadata", "namespace");

    /// <summary>True for an object of a bundle or of kustomize that is not applied.</summary>
    public bool IsNoObject =>
        ApiVersion.StartsWith("imgpkg.carvel.dev/", StringComparison.Ordinal)
            || ApiVersion.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal);

    private bool IsList => this is { ApiVersion: "v1", Kind: List }
        || (Kind.EndsWith(List, StringComparison.Ordinal) && Object.Find("items") is { ValueKind: JsonValueKind.Array });

    /// <summary>Reads a file. A <c>List</c>, of one kind or of several, is replaced by its objects.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidObject"/>.</exception>
    public static IReadOnlyList<ManifestDocument> Read(string path, ReadOnlySpan<byte> bytes)
    {
        YamlContext context = new(path, ErrorCode.InvalidObject, Advice);
        List<ManifestDocument> documents = [];
        foreach (YamlNode node in YamlReader.ReadDocuments(JoinedText.WithoutMarks(bytes), context))
        {
            if (node is YamlScalar { IsNull: true })
                continue;
            if (node is not YamlMapping)
                throw context.Error(node, "it is not a Kubernetes object");
            Add(documents, YamlJson.Convert(node, context, bytes.Length), node, context);
        }

        return documents;
    }

    private static void Add(List<ManifestDocument> documents, JsonElement read, YamlNode node, YamlContext context)
    {
        ManifestDocument document = new(read, new SourceLocation(context.Path, node.Line, node.Column));
        if (document.ApiVersion.Length == 0 || document.Kind.Length == 0)
            throw context.Error(node, $"{(document.ApiVersion.Length == 0 ? "apiVersion" : "kind")} is missing");
        if (document.IsList)
        {
            foreach (JsonElement item in read.Items("items"))
                Add(documents, document.Complete(item), node, context);
            return;
        }

        if (!document.IsNoObject && document.Name.Length == 0)
            throw context.Error(node, $"metadata.name of the {document.Kind} is missing");
        // They become segments of a URL, which such a name would shorten, so that a collection would be addressed instead of an object.
        foreach (string part in (string[])[document.Name, document.Namespace ?? "", .. document.ApiVersion.Split('/')])
        {
            if (part is "." or ".." || part.AsSpan().ContainsAny("/%\\?#"))
                throw context.Error(node, $"'{YamlFields.Shorten(part)}' of the {document.Kind} is not a name");
        }

        if (document.Kind == "PackageRepository" && read.Text("spec", "syncPeriod") is { } period && !GoDuration.TryParse(period, out _))
            throw MalformedPeriod(document, period);
        documents.Add(document);
    }

    // The items of a PackageRepositoryList need not repeat their kind; kubectl takes them, too.
    private JsonElement Complete(JsonElement item) =>
        Kind == List || item.ValueKind != JsonValueKind.Object || item.Find("kind") is not null ? item
            : ClusterJson.Parse(JsonBytes.Object(writer =>
            {
                writer.WriteString("apiVersion", ApiVersion);
                writer.WriteString("kind", Kind[..^List.Length]);
                foreach (JsonProperty field in item.EnumerateObject().Where(field => field.Name is not ("apiVersion" or "kind")))
                    field.WriteTo(writer);
            }));

    private static AirgapException MalformedPeriod(ManifestDocument document, string period) => new(
        ErrorCode.MalformedSyncPeriod,
        $"{document.Location}: '{period}' is not a duration: with such a syncPeriod kapp-controller no longer sees any PackageRepository " +
        "of the cluster.",
        "Write a duration such as 10m or 1h30m. Nothing was applied.")
    { Location = document.Location };
}
