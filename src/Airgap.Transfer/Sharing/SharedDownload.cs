using System.Buffers;
using System.Runtime.ExceptionServices;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Sharing;

/// <summary>The download of a blob to a temporary file, and its readers, who read it while it arrives.</summary>
internal sealed class SharedDownload
{
    private const int BufferSize = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly SpillFile _file;
    private readonly int _readers;
    private readonly IdleDownloads _idle;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _length;
    private bool _isWhole;
    private Exception? _failure;
    private int _open;
    private int _finished;
    private bool _isUnwanted;
    private bool _isClosed;

    private SharedDownload(SpillFile file, int readers, IdleDownloads idle)
    {
        _file = file;
        _idle = idle;
        _readers = readers;
    }

    /// <summary>Completes when the download has ended, with any result.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the download; the caller must open it for its first reader.</summary>
    /// <exception cref="TemporaryFileException">The temporary file cannot be created.</exception>
    public static SharedDownload Begin(
        IBlobContent source, int readers, IdleDownloads idle, CancellationToken lifetime, string? folder = null)
    {
        SharedDownload download;
        try
        {
            download = new SharedDownload(SpillFile.Create(folder ?? TemporaryFolder.Location), readers, idle);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw new TemporaryFileException(e);
        }

        download.Ended = Task.Run(() => download.RunAsync(source, lifetime), CancellationToken.None);
        return download;
    }

    /// <summary>Opens the download for a reader that starts at an offset, and reads the bytes as they arrive.</summary>
    /// <returns>Null when it has failed, or its space was freed, which may happen at any moment while it has no reader.</returns>
    public Stream? TryOpen(long offset, long length)
    {
        lock (_lock)
            return _failure is null && !_isClosed ? OpenLocked(offset, length) : null;
    }

    /// <summary>Opens a download that has just started, for its first reader; a failed download fails when it is read.</summary>
    public Stream OpenFirst(long offset, long length)
    {
        lock (_lock)
            return OpenLocked(offset, length);
    }

    /// <summary>
    /// Reads available bytes, or waits for them; returns 0 at the end, after the source has verified all bytes.
    /// </summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            long there;
            Task news;
            lock (_lock)
            {
                there = _length - offset;
                if (there <= 0 && _failure is { } failure)
                    ExceptionDispatchInfo.Throw(failure);
                if (there <= 0 && _isWhole)
                    return 0;
                news = _news.Task;
            }

            if (there > 0)
                return await _file.ReadSomeAsync(offset, buffer[..(int)Math.Min(buffer.Length, there)], cancellationToken);
            await news.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A reader ends.</summary>
    /// <param name="isFinished">True when it has read to the end.</param>
    public void Close(bool isFinished)
    {
        lock (_lock)
        {
            _open--;
            if (isFinished)
                _finished++;
            if (_open > 0 || _isClosed)
                return;
        }

        if (_finished >= _readers)
            Free();
        else
            _idle.Add(this);
    }

    /// <summary>
    /// Frees the space, unless it has readers; of a download in progress, when it ends, unless it has a new reader then. Later readers
    /// fetch it again.
    /// </summary>
    public void Free()
    {
        lock (_lock)
        {
            if (_isClosed || _open > 0)
                return;
            _isUnwanted = true;
            if (!_isWhole && _failure is null)
                return;
            _isClosed = true;
        }

        _file.Close();
    }

    private SharedStream OpenLocked(long offset, long length)
    {
        _open++;
        _isUnwanted = false;
        return new SharedStream(this, offset, length);
    }

    private async Task RunAsync(IBlobContent source, CancellationToken lifetime)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using Stream stream = await source.OpenAsync(0, lifetime);
            while (await stream.ReadAsync(buffer, lifetime) is > 0 and int read)
            {
                Write(buffer.AsSpan(0, read));
                Tell(() => _length += read);
            }

            Tell(() => _isWhole = true);
        }
        catch (Exception e)
        {
            Tell(() => _failure = e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // It may have been freed while it arrived.
        if (_isUnwanted)
            Free();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Append(bytes);
        }
        catch (IOException e)
        {
            throw new TemporaryFileException(e);
        }
    }

    private void Tell(Action change)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            change();
            before = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
    }
}

/// <summary>The temporary file of a shared download failed, which only saves a second download.</summary>
/// <param name="cause">The failure.</param>
internal sealed class TemporaryFileException(Exception cause) : Exception(cause.Message, cause);
