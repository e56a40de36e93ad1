namespace Airgap.Transfer.Producing;

/// <summary>A newly built image, as described by its builder: its digest is known without resolving its tag.</summary>
/// <param name="Manifest">Its manifest or index, byte for byte.</param>
/// <param name="ArchivePath">Full path of the archive with its blobs; null if they are in the registry of the image's
/// reference.</param>
internal sealed record BuiltImage(ReadOnlyMemory<byte> Manifest, string? ArchivePath);
