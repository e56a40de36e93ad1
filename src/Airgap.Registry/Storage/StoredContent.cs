using System.IO.Pipelines;

namespace Airgap.Registry.Storage;

/// <summary>Open content that can be sent.</summary>
internal abstract class StoredContent : IDisposable
{
    /// <summary>The most bytes that are read at once.</summary>
    protected const int BufferSize = 128 * 1024;

    /// <summary>The length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Writes a part.</summary>
    /// <returns>False when it could not be written whole: the receiver must not take the part for the whole.</returns>
    public abstract ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken);

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
