using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharing;

/// <summary>A small blob, which is fetched once and kept.</summary>
/// <param name="source">Where it comes from.</param>
/// <param name="blobs">The requested blobs.</param>
/// <param name="store">Keeps the bytes.</param>
/// <param name="lifetime">Cancels the fetch.</param>
internal sealed class SharedSmallBlob(
    IBlobContent source, SharedTasks<Digest, StoredBytes> blobs, ByteStore store, CancellationToken lifetime) : IBlobContent
{
    public Descriptor Descriptor => source.Descriptor;

    public async ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        Task<StoredBytes> asked = blobs.GetOrAdd(Descriptor.Digest, _ => FetchAsync());
        try
        {
            return await new MemoryBlobContent(Descriptor, await asked.WaitAsync(cancellationToken)).OpenAsync(offset, cancellationToken);
        }
        catch when (asked.IsFaulted || asked.IsCanceled)
        {
            blobs.Remove(Descriptor.Digest, asked);
            throw;
        }
    }

    private async Task<StoredBytes> FetchAsync()
    {
        await using Stream stream = await source.OpenAsync(0, lifetime);
        byte[] bytes = new byte[Descriptor.Size];
        await stream.ReadExactlyAsync(bytes, lifetime);

        // The stream verifies the digest only when its end is read.
        await stream.CopyToAsync(Stream.Null, lifetime);
        return store.Hold(bytes, Descriptor.Digest);
    }
}
