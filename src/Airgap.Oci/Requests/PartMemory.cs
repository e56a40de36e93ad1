using System.Buffers;

namespace Airgap.Oci.Requests;

/// <summary>
/// The memory for parts that wait for their turn: one limit for all blobs of a client, so that it grows neither with their size nor with
/// their number. Thread-safe.
/// </summary>
/// <param name="most">The most bytes.</param>
internal sealed class PartMemory(long most)
{
    private long _taken;

    /// <summary>Takes a buffer.</summary>
    /// <param name="length">Its minimum length.</param>
    /// <returns>Null if less memory than that is left.</returns>
    public byte[]? TryTake(int length)
    {
        if (Interlocked.Add(ref _taken, length) <= most)
            return ArrayPool<byte>.Shared.Rent(length);
        Interlocked.Add(ref _taken, -length);
        return null;
    }

    /// <summary>Returns a buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="length">The length that was requested.</param>
    public void Return(byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Add(ref _taken, -length);
    }
}
