using Airgap.Oci.Content;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>Blob content in memory. Counts how often it is opened; can return a stream with faults.</summary>
internal sealed class MemoryBlob(byte[] bytes, Descriptor? descriptor = null) : IBlobContent
{
    private int _opened;

    public Descriptor Descriptor { get; } = descriptor ?? new Descriptor("application/octet-stream", Digest.Compute(bytes), bytes.Length);

    public int Opened => _opened;

    public Func<long, Stream>? Open { get; init; }

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opened);
        return ValueTask.FromResult(
            Open?.Invoke(offset) ?? new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false));
    }
}

/// <summary>Fails at the end of the inner bytes.</summary>
internal sealed class FailingStream(byte[] bytes, Exception failure) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = Read(buffer.Span);
        return read == 0 ? ValueTask.FromException<int>(failure) : ValueTask.FromResult(read);
    }
}
