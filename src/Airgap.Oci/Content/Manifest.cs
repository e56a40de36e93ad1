using System.Collections.Immutable;
using System.Text.Json;

namespace Airgap.Oci.Content;

/// <summary>
/// A manifest or index: its exact bytes, and the content it refers to. The bytes are copied unchanged; the parsed part
/// only identifies the content that belongs to them.
/// </summary>
/// <remarks>Source: OCI image specification, manifest.md and image-index.md; Docker image manifest version 2, schema 2.</remarks>
public sealed class Manifest
{
    /// <summary>The largest manifest in bytes: 4 MiB, the size that registries should accept.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    // The sum of a million such manifests fits into a long. No registry accepts a hundredth of this size.
    private const long MaxContent = 1L << 42;

    private readonly HeldBytes _bytes;

    private Manifest(Descriptor descriptor, HeldBytes bytes)
    {
        Descriptor = descriptor;
        _bytes = bytes;
    }

    /// <summary>Media type, digest and length of <see cref="Bytes"/>.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>
    /// The manifest as received from the registry. Manifests of a plan may be read from a temporary file at each
    /// access: read the property once.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.Bytes;

    /// <summary>The media type.</summary>
    public string MediaType => Descriptor.MediaType;

    /// <summary>The digest.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>True when this is an index or manifest list.</summary>
    public bool IsIndex => MediaTypes.IsIndex(MediaType);

    /// <summary>The config of an image manifest; null for an index.</summary>
    public Descriptor? Config { get; private init; }

    /// <summary>The layers of an image manifest, bottom first; empty for an index.</summary>
    public ImmutableArray<Descriptor> Layers { get; private init; } = [];

    /// <summary>The manifests of an index, in order; empty for an image manifest.</summary>
    public ImmutableArray<Descriptor> Manifests { get; private init; } = [];

    /// <summary>The manifest this one is attached to (OCI 1.1 referrers), or null.</summary>
    public Descriptor? Subject { get; private init; }

    /// <summary>The OCI artifact type, or null.</summary>
    public string? ArtifactType { get; private init; }

    /// <summary>The same manifest, with its bytes in a store.</summary>
    internal Manifest HeldIn(ByteStore store) => new(Descriptor, store.Hold(Bytes, Digest))
    {
        Config = Config,
        Layers = Layers,
        Manifests = Manifests,
        Subject = Subject,
        ArtifactType = ArtifactType,
    };

    /// <summary>Parses a manifest whose digest the caller has verified or is about to publish.</summary>
    /// <param name="bytes">The exact bytes.</param>
    /// <param name="mediaType">
    /// The media type from the registry or the referring descriptor; null or empty to use the one inside. If they
    /// differ, but both are of images or both of indexes, the one inside counts; an image given as an index, or vice
    /// versa, is refused.
    /// </param>
    /// <param name="digest">The digest it was requested by; null to compute a sha256.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidManifest"/> or
    /// <see cref="ErrorCode.UnsupportedManifest"/>.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> bytes, string? mediaType = null, Digest? digest = null)
    {
        Digest actual = digest ?? Digest.Compute(bytes.Span);
        try
        {
            // With a duplicate field, one reader takes the first and another the last, so they would see two images
            // under one digest.
            using JsonDocument document =
                JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            JsonTexts.Require(bytes.Span);
            return Read(document.RootElement, bytes, mediaType, actual);
        }
        catch (JsonException e)
        {
            throw Invalid(actual, "it is not JSON, or has a field twice", e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(actual, "a string in it is not Unicode", e);
        }
    }

    private static Manifest Read(JsonElement root, ReadOnlyMemory<byte> bytes, string? mediaType, Digest digest)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Invalid(digest, "it is not a JSON object");
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
            return new Manifest(descriptor, new HeldBytes(bytes))
            {
                Manifests = Descriptors(root, "manifests", digest),
                Subject = Optional(root, "subject", digest),
                ArtifactType = StringOf(root, "artifactType")
            };
        if (!MediaTypes.IsImageManifest(type))
            throw Invalid(digest, $"its media type '{type}' is not that of a manifest");
        return new Manifest(descriptor, new HeldBytes(bytes))
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
        if (!Digest.TryParse(StringOf(item, "digest"), out Digest digest))
            throw Invalid(manifest, $"'{name}' contains a descriptor without a valid digest");
        if (!item.TryGetProperty("size", out JsonElement sizeElement) || sizeElement.ValueKind != JsonValueKind.Number
            || !sizeElement.TryGetInt64(out long size) || size is < 0 or > MaxContent)
            throw Invalid(manifest, $"'{name}' contains {digest} without a valid size");
        return new Descriptor(MediaTypeOf(item) ?? "", digest, size)
        {
            Data = OwnSources.Data(item, digest, size),
            Urls = OwnSources.Urls(item),
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

    private static AirgapException Invalid(Digest digest, string why, Exception? inner = null) => new(
        ErrorCode.InvalidManifest,
        $"The manifest {digest} cannot be read: {why}.",
        "Push the image again with a current tool.",
        inner)
    { Digest = digest.ToString() };
}
