namespace Airgap.Transfer.Producing;

/// <summary>An image that was just built, as its builder describes it: its digest is not taken from its tag.</summary>
/// <param name="Manifest">Its manifest or index, byte for byte.</param>
/// <param name="ArchivePath">Full path of the archive that has its blobs; null where they are in the registry that the image's reference
/// names.</param>
internal sealed record BuiltImage(ReadOnlyMemory<byte> Manifest, string? ArchivePath);
