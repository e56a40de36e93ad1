using System.Collections.Immutable;
using System.Text.Json;

namespace Airgap.Oci.Content;

/// <summary>Reads manifests and indexes, and refuses those that two readers could take for different images.</summary>
internal static class ManifestReader
{
    // The sum of a million such manifests fits into a long. No registry accepts a hundredth of this size.
    private const long MaxContent = 1L << 42;

    /// <summary>Reads a manifest or an index.</summary>
    /// <param name="bytes">The exact bytes.</param>
    /// <param name="mediaType">As in <see cref="Manifest.Parse"/>.</param>
    /// <param name="digest">The digest of the bytes.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidManifest"/> or
    /// <see cref="ErrorCode.UnsupportedManifest"/>.</exception>
    public static Manifest Read(ReadOnlyMemory<byte> bytes, string? mediaType, Digest digest)
    {
        try
        {
            // With a duplicate field, one reader takes the first and another the last, so they would see two images
            // under one digest.
            using JsonDocument document =
                JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            JsonTexts.Require(bytes.Span);
            return Read(document.RootElement, bytes, mediaType, digest);
        }
        catch (JsonException e)
        {
            throw Invalid(digest, "it is not JSON, or has a field twice", e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(digest, "a string in it is not Unicode", e);
        }
    }

    private static Manifest Read(JsonElement root, ReadOnlyMemory<byte> bytes, string? mediaType, Digest digest)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Invalid(digest, "it is not a JSON object");
        if (FieldNames.FindFoldedInManifest(root) is { } field)
            throw OtherCase(digest, field);
        string? inside = MediaTypeOf(root);
        string type = string.IsNullOrEmpty(mediaType) || !IsKnown(mediaType) ? inside ?? GuessType(root) ?? mediaType ?? "" : mediaType;

        // If the two names differ but are of one class, the one covered by the digest is right: proxies and old
        // archives give the other.
        if (inside is not null && IsSameClass(inside, type))
            type = inside;
        if (MediaTypes.IsSchema1(type)
            || (root.TryGetProperty("schemaVersion", out JsonElement version) && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out int number) && number == 1))
        {
            throw new AirgapException(
                ErrorCode.UnsupportedManifest,
                $"The manifest {digest} is in the registry v1 (schema 1) format.",
                "Push the image again with a current tool; the old format cannot be relocated by digest.")
            { Digest = digest.ToString() };
        }

        RefuseContradictions(root, inside, type, digest);
        Descriptor descriptor = new(type, digest, bytes.Length);
        if (MediaTypes.IsIndex(type))
            return new Manifest(descriptor, new StoredBytes(bytes))
            {
                Manifests = Descriptors(root, "manifests", digest),
                Subject = Optional(root, "subject", digest),
                ArtifactType = StringOf(root, "artifactType")
            };
        if (!MediaTypes.IsImageManifest(type))
            throw Invalid(digest, $"its media type '{type}' is not that of a manifest");
        return new Manifest(descriptor, new StoredBytes(bytes))
        {
            Config = Optional(root, "config", digest) ?? throw Invalid(digest, "it has no config"),
            Layers = Descriptors(root, "layers", digest),
            Subject = Optional(root, "subject", digest),
            ArtifactType = StringOf(root, "artifactType"),
        };
    }

    // The header that gives the media type is not covered by the digest: changing it must not turn an image into an
    // index, whose layers would not be copied.
    private static void RefuseContradictions(JsonElement root, string? inside, string type, Digest digest)
    {
        if (inside is not null && IsKnown(inside) && inside != type)
            throw Invalid(digest, $"it was given as '{type}' but declares itself as '{inside}'");
        bool hasManifests = root.TryGetProperty("manifests", out _);
        bool hasLayers = root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _);
        if (hasLayers && (hasManifests || MediaTypes.IsIndex(type)))
            throw Invalid(digest, "it is an index but has layers or a config");
        if (hasManifests && MediaTypes.IsImageManifest(type))
            throw Invalid(digest, "it is an image manifest but lists other manifests");
    }

    private static bool IsSameClass(string a, string b) =>
        (MediaTypes.IsIndex(a) && MediaTypes.IsIndex(b)) || (MediaTypes.IsImageManifest(a) && MediaTypes.IsImageManifest(b));

    private static bool IsKnown(string type) => MediaTypes.IsIndex(type) || MediaTypes.IsImageManifest(type) || MediaTypes.IsSchema1(type);

    private static string? GuessType(JsonElement root) =>
        root.TryGetProperty("manifests", out _) ? MediaTypes.OciIndex
        : root.TryGetProperty("config", out _) && root.TryGetProperty("layers", out _) ? MediaTypes.OciManifest
        : null;

    private static ImmutableArray<Descriptor> Descriptors(JsonElement root, string name, Digest digest)
    {
        if (!root.TryGetProperty(name, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw Invalid(digest, $"'{name}' is not a list");
        ImmutableArray<Descriptor>.Builder result = ImmutableArray.CreateBuilder<Descriptor>(list.GetArrayLength());
        long total = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            Descriptor descriptor = DescriptorOf(item, name, digest);
            total += descriptor.Size;
            if (total > MaxContent)
                throw Invalid(digest, $"the sizes of its '{name}' add up to more than 4 TiB");
            result.Add(descriptor);
        }

        return result.MoveToImmutable();
    }

    private static Descriptor? Optional(JsonElement root, string name, Digest digest) =>
        root.TryGetProperty(name, out JsonElement item) && item.ValueKind != JsonValueKind.Null ? DescriptorOf(item, name, digest) : null;

    private static Descriptor DescriptorOf(JsonElement item, string name, Digest manifest)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw Invalid(manifest, $"'{name}' contains an entry that is not a descriptor");
        if (FieldNames.FindFoldedInDescriptor(item) is { } field)
            throw OtherCase(manifest, field);
        if (!Digest.TryParse(StringOf(item, "digest"), out Digest digest))
            throw Invalid(manifest, $"'{name}' contains a descriptor without a valid digest");
        if (!item.TryGetProperty("size", out JsonElement sizeElement) || sizeElement.ValueKind != JsonValueKind.Number
            || !sizeElement.TryGetInt64(out long size) || size is < 0 or > MaxContent)
            throw Invalid(manifest, $"'{name}' contains {digest} without a valid size");
        return new Descriptor(MediaTypeOf(item) ?? "", digest, size)
        {
            Data = DescriptorSources.Data(item, digest, size),
            Urls = DescriptorSources.Urls(item),
            ArtifactType = StringOf(item, "artifactType")
        };
    }

    // Thousands of descriptors have the same few types: one text of each is kept.
    private static string? MediaTypeOf(JsonElement element)
    {
        if (!element.TryGetProperty("mediaType"u8, out JsonElement type) || type.ValueKind != JsonValueKind.String)
            return null;
        return type.ValueEquals("application/vnd.docker.image.rootfs.diff.tar.gzip"u8) ? MediaTypes.DockerLayerGzip
            : type.ValueEquals("application/vnd.docker.container.image.v1+json"u8) ? MediaTypes.DockerConfig
            : type.ValueEquals("application/vnd.docker.distribution.manifest.v2+json"u8) ? MediaTypes.DockerManifest
            : type.ValueEquals("application/vnd.oci.image.layer.v1.tar+gzip"u8) ? MediaTypes.OciLayerGzip
            : type.ValueEquals("application/vnd.oci.image.config.v1+json"u8) ? MediaTypes.OciConfig
            : type.ValueEquals("application/vnd.oci.image.manifest.v1+json"u8) ? MediaTypes.OciManifest
            : type.GetString();
    }

    private static string? StringOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static AirgapException OtherCase(Digest digest, string field) =>
        Invalid(digest, $"its field '{Printable.Line(field)}' has another case than the specification's, and readers differ about it");

    private static AirgapException Invalid(Digest digest, string why, Exception? inner = null) => new(
        ErrorCode.InvalidManifest,
        $"The manifest {digest} cannot be read: {why}.",
        "Push the image again with a current tool.",
        inner)
    { Digest = digest.ToString() };
}
