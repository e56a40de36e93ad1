using System.IO.Pipelines;

namespace Airgap.Registry.Storage;

/// <summary>Open content that can be sent.</summary>
internal abstract class StoredContent : IDisposable
{
    /// <summary>The maximum number of bytes to read at once.</summary>
    protected const int BufferSize = 128 * 1024;

    /// <summary>The length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Writes a part.</summary>
    /// <returns>
    /// False when it could not be written completely: the caller must show the receiver that it is incomplete.
    /// </returns>
    /// <exception cref="OperationCanceledException">The receiver has gone.</exception>
    public abstract ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken);

    /// <summary>Fails if the content is known to be no longer what it was, without reading it.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public virtual void Check()
    {
    }

    /// <summary>Why <see cref="SendAsync"/> returned false; null if the stored bytes are damaged.</summary>
    public virtual Exception? Damage() => null;

    /// <summary>Writes a part by reading into the connection's buffers, without a copy.</summary>
    /// <param name="writer">The connection.</param>
    /// <param name="offset">The offset of the part.</param>
    /// <param name="count">Its length in bytes.</param>
    /// <param name="read">Reads bytes from an offset; 0 at the end.</param>
    /// <param name="mayPass">Receives each piece before it is sent, and whether it is the last; returning false stops
    /// before it. Null to send everything.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>As <see cref="SendAsync"/>.</returns>
    protected static async ValueTask<bool> CopyAsync(
        PipeWriter writer,
        long offset,
        long count,
        Func<Memory<byte>, long, CancellationToken, ValueTask<int>> read,
        Func<ReadOnlyMemory<byte>, bool, bool>? mayPass,
        CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            Memory<byte> memory = writer.GetMemory((int)Math.Min(count, BufferSize));
            memory = memory[..(int)Math.Min(count, memory.Length)];
            int length = await read(memory, offset, cancellationToken);
            if (length == 0 || mayPass?.Invoke(memory[..length], count == length) == false)
                return false;
            writer.Advance(length);
            offset += length;
            count -= length;
            RequireReceiver(await writer.FlushAsync(cancellationToken));
        }

        return true;
    }

    /// <summary>Fails if a connection takes nothing more: what is written to it then is dropped without an error.</summary>
    /// <exception cref="OperationCanceledException">It does not.</exception>
    protected static void RequireReceiver(FlushResult flushed)
    {
        if (flushed.IsCompleted)
            throw new OperationCanceledException();
    }

    /// <summary>Reads bytes from an offset; 0 at the end.</summary>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Reads all bytes into memory. For small content.</summary>
    /// <exception cref="IOException">It ends too early.</exception>
    public byte[] ReadAll()
    {
        byte[] bytes = new byte[Length];
        for (int filled = 0; filled < bytes.Length;)
        {
            int read = Read(bytes.AsSpan(filled), filled);
            if (read == 0)
                throw new EndOfStreamException();
            filled += read;
        }

        return bytes;
    }
}
