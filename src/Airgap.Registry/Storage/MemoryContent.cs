using System.IO.Pipelines;

namespace Airgap.Registry.Storage;

/// <summary>Bytes in memory.</summary>
internal sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : StoredContent
{
    public override long Length => bytes.Length;

    public override int Read(Span<byte> buffer, long offset)
    {
        ReadOnlySpan<byte> rest = bytes.Span[(int)Math.Min(offset, bytes.Length)..];
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        return rest.Length;
    }

    public override async ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken)
    {
        RequireReceiver(await writer.WriteAsync(bytes.Slice((int)offset, (int)count), cancellationToken));
        return true;
    }
}
