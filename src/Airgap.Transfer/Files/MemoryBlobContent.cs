using System.Runtime.InteropServices;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Files;

/// <summary>A small blob that was read and verified during planning, so that it is not fetched again.</summary>
internal sealed class MemoryBlobContent(Descriptor descriptor, StoredBytes held) : IBlobContent
{
    public MemoryBlobContent(Descriptor descriptor, ReadOnlyMemory<byte> bytes)
        : this(descriptor, new StoredBytes(bytes))
    {
    }

    public Descriptor Descriptor { get; } = descriptor;

    /// <summary>The bytes, as they are held.</summary>
    public StoredBytes Held { get; } = held;

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes = Held.Bytes[(int)offset..];
        return new(MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false));
    }
}
