using System.Collections.Immutable;

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

    private readonly StoredBytes _bytes;

    internal Manifest(Descriptor descriptor, StoredBytes bytes)
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
    public Descriptor? Config { get; internal init; }

    /// <summary>The layers of an image manifest, bottom first; empty for an index.</summary>
    public ImmutableArray<Descriptor> Layers { get; internal init; } = [];

    /// <summary>The manifests of an index, in order; empty for an image manifest.</summary>
    public ImmutableArray<Descriptor> Manifests { get; internal init; } = [];

    /// <summary>The manifest this one is attached to (OCI 1.1 referrers), or null.</summary>
    public Descriptor? Subject { get; internal init; }

    /// <summary>The OCI artifact type, or null.</summary>
    public string? ArtifactType { get; internal init; }

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
    public static Manifest Parse(ReadOnlyMemory<byte> bytes, string? mediaType = null, Digest? digest = null) =>
        ManifestReader.Read(bytes, mediaType, digest ?? Digest.Compute(bytes.Span));
}
