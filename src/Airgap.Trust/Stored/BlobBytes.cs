using Airgap.Oci.Content;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Stored;

/// <summary>Reads a small blob into memory, at most its descriptor's size.</summary>
internal static class BlobBytes
{
    /// <summary>Reads to the end of a stream that verifies.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size > Limits.DocumentBytes)
            throw Rejection.Of($"It has {blob.Size} bytes, too many for a signature.");
        byte[] bytes = new byte[blob.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);

        // Read to the end: digest and size are verified only there.
        byte[] more = new byte[1];
        return await stream.ReadAsync(more, cancellationToken) == 0
            ? bytes : throw Rejection.Of("It has more bytes than its descriptor says.");
    }
}
