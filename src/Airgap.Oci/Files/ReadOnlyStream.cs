namespace Airgap.Oci.Files;

/// <summary>A stream that can only be read, from beginning to end.</summary>
internal abstract class ReadOnlyStream : UnseekableStream
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public abstract override int Read(Span<byte> buffer);

    /// <inheritdoc/>
    /// <remarks>Reads synchronously, for content in memory; overridden if a read may wait.</remarks>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    /// <summary>
    /// A <see cref="Read(Span{byte})"/> that waits for <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>, for content that comes
    /// over a network.
    /// </summary>
    protected int ReadByWaiting(Span<byte> buffer)
    {
        byte[] bytes = new byte[buffer.Length];
        int read = ReadAsync(bytes).AsTask().GetAwaiter().GetResult();
        bytes.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
