using System.Buffers;

namespace Airgap.Oci.Requests;

/// <summary>
/// The memory for parts that wait for their turn: bounded for all blobs of a client together, so that it grows neither with their size nor
/// with their number. Thread-safe.
/// </summary>
/// <param name="most">The most bytes.</param>
internal sealed class PartMemory(long most)
{
    private long _taken;

    /// <summary>Takes a buffer.</summary>
    /// <param name="length">Its least length.</param>
    /// <returns>Null when so much is not left.</returns>
    public byte[]? TryTake(int length)
    {
        if (Interlocked.Add(ref _taken, length) <= most)
            return ArrayPool<byte>.Shared.Rent(length);
        Interlocked.Add(ref _taken, -length);
        return null;
    }

    /// <summary>Gives a buffer back.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="length">The length that was asked for.</param>
    public void Return(byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Add(ref _taken, -length);
    }
}
