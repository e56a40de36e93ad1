namespace Airgap.Cluster.Connecting;

/// <summary>The lines of a watch. A line is kept in memory, so its length is limited.</summary>
internal sealed class WatchLines(Stream stream)
{
    /// <summary>The maximum length. etcd accepts requests of up to 3 MiB.</summary>
    public const int MaxLine = 16 * 1024 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line without its line end, valid until the next call; null after the last.</summary>
    /// <exception cref="IOException">The stream was cut off, or a line is too long.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        for (int searched = 0; ;)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, searched + found);
                _start += searched + found + 1;
                return line;
            }

            searched = _end - _start;
            if (searched > MaxLine)
                throw new IOException($"The watch sent an event of more than {MaxLine / (1024 * 1024)} MiB.");
            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            if (read > 0)
                continue;
            if (searched == 0)
                return null;
            ReadOnlyMemory<byte> rest = _buffer.AsMemory(_start, searched);
            _start = _end;
            return rest;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
            return;
        byte[] larger = _end - _start > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        (_buffer, _end, _start) = (larger, _end - _start, 0);
    }
}
