namespace Airgap.TestKit.Faults;

/// <summary>Counts passing bytes.</summary>
internal sealed class CountingStream(Stream inner, Action<int> count) : BodyStream(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await Inner.ReadAsync(buffer, cancellationToken);
        count(read);
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        count(buffer.Length);
        return Inner.WriteAsync(buffer, cancellationToken);
    }
}

/// <summary>
/// Passes that many bytes to the client and discards the others. The server then ends a connection whose response is shorter than its
/// Content-Length; the client keeps the passed bytes, which a reset could take from it.
/// </summary>
internal sealed class CutStream(Stream inner, long afterBytes) : BodyStream(inner)
{
    private long _left = afterBytes;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = (int)Math.Min(_left, buffer.Length);
        _left -= count;
        return count == 0 ? ValueTask.CompletedTask : Inner.WriteAsync(buffer[..count], cancellationToken);
    }
}

/// <summary>Passes that many bytes to the client, and the rest once a task ends.</summary>
internal sealed class StallStream(Stream inner, long afterBytes, Task until) : BodyStream(inner)
{
    private long _left = afterBytes;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = (int)Math.Min(_left, buffer.Length);
        await Inner.WriteAsync(buffer[..count], cancellationToken);
        _left -= count;
        if (count == buffer.Length)
            return;
        await Inner.FlushAsync(cancellationToken);
        await until.WaitAsync(cancellationToken);
        _left = long.MaxValue;
        await Inner.WriteAsync(buffer[count..], cancellationToken);
    }
}

/// <summary>Flips a bit of one byte.</summary>
internal sealed class CorruptStream(Stream inner, long offset) : BodyStream(inner)
{
    private long _position;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (offset >= _position && offset < _position + buffer.Length)
        {
            byte[] copy = buffer.ToArray();
            copy[offset - _position] ^= 1;
            buffer = copy;
        }

        _position += buffer.Length;
        await Inner.WriteAsync(buffer, cancellationToken);
    }
}

/// <summary>Passes that many bytes of a request's body, and then breaks the connection.</summary>
internal sealed class TruncatedRequestStream(Stream inner, long afterBytes, Action abort) : BodyStream(inner)
{
    private long _left = afterBytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
        {
            abort();
            throw new IOException("Cut by the test.");
        }

        int read = await Inner.ReadAsync(buffer[..(int)Math.Min(_left, buffer.Length)], cancellationToken);
        _left -= read;
        return read;
    }
}
