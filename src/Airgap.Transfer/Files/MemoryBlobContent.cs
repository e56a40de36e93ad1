
using Airgap.Oci.Content;

namespace Airgap.Transfer.Files;

/// <summary>A small blob that was read, and verified, while planning: it is not fetched twice.</summary>
internal sealed class MemoryBlobContent(Descriptor descriptor, ReadOnlyMemory<byte> bytes) : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        new(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(Bytes[(int)offset..], out ArraySegment<byte> segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(Bytes[(int)offset..].ToArray(), writable: false));
}
