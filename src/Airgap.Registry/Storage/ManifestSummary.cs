using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Registry.Storage;

/// <summary>The parts of a manifest that a registry needs: its type and the content it refers to.</summary>
internal sealed class ManifestSummary
{
    public required string MediaType { get; init; }

    /// <summary>Config and layers that must be in the repository.</summary>
    public required IReadOnlyList<Digest> Blobs { get; init; }

    /// <summary>
    /// Everything that may be a blob of the repository: config and layers, including non-distributable ones, which may have been pushed
    /// nevertheless, and what an index lists.
    /// </summary>
    public required IReadOnlyList<Digest> References { get; init; }

    /// <summary>What an index lists, which must be in the repository.</summary>
    public required IReadOnlyList<Digest> Children { get; init; }

    /// <summary>Those of <see cref="Children"/> that may be blobs: BuildKit's cache is an index of layers.</summary>
    public required IReadOnlySet<Digest> Loose { get; init; }

    /// <summary>The manifest that this one is attached to; it need not exist.</summary>
    public Digest? Subject { get; init; }

    /// <summary>The artifact type, or else the config's media type, as the referrers API gives it.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The annotations as written, or null.</summary>
    public string? Annotations { get; init; }

    /// <summary>
    /// Why readers differ about what it refers to, as the end of a sentence; null if they do not. Clients may need blobs that
    /// <see cref="References"/> lacks.
    /// </summary>
    public string? Ambiguity { get; private init; }

    /// <summary>Reads a manifest. An unknown type is accepted when the manifest has a mediaType.</summary>
    /// <param name="content">The manifest's bytes.</param>
    /// <param name="problem">Why it is invalid, as the end of a sentence; null on success.</param>
    public static ManifestSummary? TryRead(ReadOnlyMemory<byte> content, out string? problem)
    {
        try
        {
            using JsonDocument document = ManifestAmbiguity.Parse(content, out bool hasDuplicates);
            return Read(document.RootElement, hasDuplicates, out problem);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = "it is not JSON";
            return null;
        }
    }

    private static ManifestSummary? Read(JsonElement root, bool hasDuplicates, out string? problem)
    {
        problem = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problem = "it is not a JSON object";
            return null;
        }

        if (Text(root, "mediaType") is not { } type && (type = Guess(root)) is null)
        {
            problem = "it has no mediaType, and is neither an image manifest nor an index";
            return null;
        }

        if (!MediaTypeName.IsValid(type))
        {
            problem = "its mediaType is not a media type";
            return null;
        }

        OrderedDigests blobs = new();
        OrderedDigests references = new();
        OrderedDigests children = new();
        if (!Take(root, "config", blobs, references) || !TakeAll(root, "layers", blobs, references)
            || !TakeAll(root, "blobs", blobs, references) || !TakeAll(root, "manifests", children, references))
        {
            problem = "it contains a descriptor without a valid digest";
            return null;
        }

        Digest? subject = null;
        if (root.TryGetProperty("subject", out JsonElement subjectElement) && subjectElement.ValueKind != JsonValueKind.Null)
        {
            if (!Digest.TryParse(Text(subjectElement, "digest"), out Digest digest))
            {
                problem = "its subject has no valid digest";
                return null;
            }

            subject = digest;
        }

        return new ManifestSummary
        {
            MediaType = type,
            Blobs = blobs.All,
            References = references.All,
            Children = children.All,
            Loose = LooseOf(root),
            Subject = subject,
            Ambiguity = ManifestAmbiguity.Find(root, hasDuplicates),
            ArtifactType = Text(root, "artifactType") is { Length: > 0 } artifactType ? artifactType
                : root.TryGetProperty("config", out JsonElement config) ? Text(config, "mediaType")
                : null,
            Annotations = subject is not null && root.TryGetProperty("annotations", out JsonElement annotations)
            && annotations.ValueKind == JsonValueKind.Object
                ? annotations.GetRawText()
                : null,
        };
    }

    private static string? Guess(JsonElement root) =>
        root.TryGetProperty("manifests", out _) ? MediaTypes.OciIndex
        : root.TryGetProperty("config", out _) && root.TryGetProperty("layers", out _) ? MediaTypes.OciManifest
        : root.TryGetProperty("fsLayers", out _)
        ? root.TryGetProperty("signatures", out _) ? MediaTypes.DockerSchema1Signed : MediaTypes.DockerSchema1
        : null;

    private static bool TakeAll(JsonElement root, string property, OrderedDigests into, OrderedDigests all)
    {
        if (!root.TryGetProperty(property, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
            return true;
        if (list.ValueKind != JsonValueKind.Array)
            return false;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (!TakeDescriptor(item, into, all))
                return false;
        }

        return true;
    }

    private static bool Take(JsonElement root, string property, OrderedDigests into, OrderedDigests all) =>
        !root.TryGetProperty(property, out JsonElement item) || item.ValueKind == JsonValueKind.Null || TakeDescriptor(item, into, all);

    private static bool TakeDescriptor(JsonElement item, OrderedDigests into, OrderedDigests all)
    {
        if (!Digest.TryParse(Text(item, "digest"), out Digest digest))
            return false;

        all.Add(digest);

        // Non-distributable layers are stored elsewhere.
        if (!MediaTypes.IsNonDistributable(Text(item, "mediaType") ?? ""))
            into.Add(digest);
        return true;
    }

    private static HashSet<Digest> LooseOf(JsonElement root) =>
        root.TryGetProperty("manifests", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()
                .Where(item => Text(item, "mediaType") is { } type && !MediaTypes.IsImageManifest(type) && !MediaTypes.IsIndex(type))
                .Select(item => Digest.Parse(Text(item, "digest")!))]
            : [];

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
