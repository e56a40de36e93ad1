using System.Collections.Immutable;

namespace Airgap.Oci.Content;

/// <summary>What a manifest says of content it refers to. Two are equal when media type, digest and size are.</summary>
/// <param name="MediaType">The media type as written there; may be empty where the manifest leaves it out.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Size">The content's length in bytes, 0 or more.</param>
/// <remarks>Source: OCI image specification, descriptor.md. Other properties travel inside the manifest's own bytes.</remarks>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The content, where the manifest embeds it (<c>data</c>) and it has the digest and size; null otherwise.</summary>
    internal ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>Addresses that have the content beside the repository (<c>urls</c>): http and https alone, without credentials.</summary>
    internal ImmutableArray<Uri> Urls { get; init; } = [];

    /// <summary>The same content, to be had from where it is stored alone: for whoever wants to know whether it is there.</summary>
    internal Descriptor AsStored => Data is null && Urls.IsEmpty ? this : this with { Data = null, Urls = [] };

    /// <inheritdoc/>
    public bool Equals(Descriptor? other) => other is not null && MediaType == other.MediaType && Digest == other.Digest && Size == other.Size;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MediaType, Digest, Size);
}
