namespace Airgap.Oci.Content;

/// <summary>What a manifest says of content it refers to.</summary>
/// <param name="MediaType">The media type as written there; may be empty where the manifest leaves it out.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Size">The content's length in bytes, 0 or more.</param>
/// <remarks>Source: OCI image specification, descriptor.md. Other properties travel inside the manifest's own bytes.</remarks>
public sealed record Descriptor(string MediaType, Digest Digest, long Size);
