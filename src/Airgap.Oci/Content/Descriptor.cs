using System.Collections.Immutable;

namespace Airgap.Oci.Content;

/// <summary>A descriptor: a manifest's reference to content. Two are equal when media type, digest and size are.</summary>
/// <param name="MediaType">The media type as written; may be empty if the manifest omits it.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Size">The content's length in bytes, 0 or more.</param>
/// <remarks>
/// Source: OCI image specification, descriptor.md. Other properties are preserved in the manifest's own bytes.
/// </remarks>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>
    /// The content, if the manifest embeds it (<c>data</c>) with the right digest and size; otherwise null.
    /// </summary>
    internal ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>
    /// The artifact type of the content (<c>artifactType</c>), if the descriptor has it; otherwise null.
    /// </summary>
    internal string? ArtifactType { get; init; }

    /// <summary>
    /// Addresses, besides the repository, at which the content is available (<c>urls</c>): only http and https, without
    /// credentials.
    /// </summary>
    internal ImmutableArray<Uri> Urls { get; init; } = [];

    /// <summary>The same content without its own sources, to ask whether the repository has it.</summary>
    internal Descriptor AsStored => Data is null && Urls.IsEmpty ? this : this with { Data = null, Urls = [] };

    /// <inheritdoc/>
    public bool Equals(Descriptor? other) =>
        other is not null && MediaType == other.MediaType && Digest == other.Digest && Size == other.Size;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MediaType, Digest, Size);
}
