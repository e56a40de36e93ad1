using System.Buffers;
using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Downloads one layer to its position in a partial archive: by one stream, which is hashed while reading, and in
/// parallel parts if the layer is long, the stream slow and the source supports ranges.
/// </summary>
/// <param name="content">The source.</param>
/// <param name="archive">The destination.</param>
/// <param name="layer">Its place in the archive.</param>
/// <param name="places">Lends connections to parts; null for one stream alone.</param>
/// <param name="rules">Determine when parts save time.</param>
/// <param name="progress">Receives the number of bytes received; a negative number for bytes that turn out to be wrong.</param>
internal sealed class LayerDownload(
    IBlobContent content, IPartialArchive archive, ArchiveLayer layer, AdaptiveConcurrency? places, PartRules rules,
    IProgress<long> progress) : IProgress<long>
{
    /// <summary>The size of a read and a write, in bytes.</summary>
    public const int BufferSize = 256 * 1024;

    private readonly long _size = content.Descriptor.Size;
    private AdaptiveConcurrency? _places = places;
    private long _position;
    private long _counted;
    private TimeSpan _waited;

    /// <summary>The length of the next write: up to the next whole number of buffers in the file.</summary>
    /// <remarks>
    /// A layer of a tar begins anywhere, and the system keeps a write that begins within a page in many small pieces of its cache, not in
    /// one: the write takes a third more time then, and reading it again a quarter.
    /// </remarks>
    public static int WriteLength(IPartialArchive archive, long offset, long left) =>
        (int)Math.Min(left, BufferSize - (archive.PositionInFile(offset) % BufferSize));

    /// <summary>Fetches what is missing.</summary>
    /// <param name="there">The part that is already there; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False when all bytes are there but are not the layer: the existing bytes were not its beginning, or a part was
    /// damaged.</returns>
    public async Task<bool> RunAsync(PartialLayer? there, CancellationToken cancellationToken)
    {
        bool isRight = false;
        using PartialLayer fromNothing = PartialLayer.Empty(content.Descriptor);
        try
        {
            _position = there?.Length ?? 0;
            if (await StreamAsync(there, cancellationToken) is { } part)
            {
                long hashed = there is null ? 0 : _position;
                there ??= fromNothing;
                _position = await new PartwiseDownload(content, archive, layer.DataOffset, _places!, rules, this).RunAsync(
                    part, _position, there, hashed, cancellationToken);
                _places = null;
                if (_position < _size)
                    await StreamAsync(there, cancellationToken);
            }

            isRight = there?.Verify(content.Descriptor) ?? true;
            return isRight;
        }
        finally
        {
            if (!isRight)
                TakeBack();
        }
    }

    void IProgress<long>.Report(long value)
    {
        Interlocked.Add(ref _counted, value);
        progress.Report(value);
    }

    // From the layer's beginning the stream verifies with the read of the last byte, so wrong content is never counted
    // as written. A download that resumes in the middle cannot: the layer's own hash shows whether the content was the
    // same.
    private async Task<Stream?> StreamAsync(PartialLayer? there, CancellationToken cancellationToken)
    {
        if (there is null)
            return await content.ReadWholeAsync(StartOverAsync, cancellationToken);
        await using Stream rest = await content.OpenAsync(_position, cancellationToken);
        return await CopyAsync(rest, there, cancellationToken);
    }

    private Task<Stream?> StartOverAsync(Stream whole, CancellationToken cancellationToken)
    {
        TakeBack();
        _position = 0;
        return CopyAsync(whole, null, cancellationToken);
    }

    private void TakeBack() => progress.Report(-Interlocked.Exchange(ref _counted, 0));

    // Ends at the layer's end, or at the start of a part in progress.
    private async Task<Stream?> CopyAsync(Stream stream, PartialLayer? there, CancellationToken cancellationToken)
    {
        long begun = _position;
        _waited = TimeSpan.Zero;
        bool wasFree = _places?.HasSpareFor(isWanted: false) == true;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                // Reads up to the start of the part.
                int wanted = WriteLength(archive, layer.DataOffset + _position, rules.Size - (_position % rules.Size));
                int filled = await FillAsync(stream, buffer.AsMemory(0, wanted), cancellationToken);
                if (filled == 0)
                    return null;
                await archive.WriteAsync(buffer.AsMemory(0, filled), layer.DataOffset + _position, cancellationToken);
                there?.Append(buffer.AsSpan(0, filled));
                _position += filled;
                ((IProgress<long>)this).Report(filled);
                if (_position % rules.Size != 0)
                    continue;
                bool pays = rules.Pays(_position - begun, _waited, _size - _position);
                if (pays && wasFree && await TryBeginPartAsync(cancellationToken) is { } part)
                    return part;

                // While a stream shares the line with other blobs, its rate does not show how fast it is alone, and bytes that wait in its
                // connection would be fetched twice. So the last part decides, if connections were free from that part's beginning on.
                wasFree = _places?.HasSpareFor(pays) == true;
                begun = _position;
                _waited = TimeSpan.Zero;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Only the time spent waiting for bytes counts. If the disk or the processor is the limit, more streams save nothing, and bytes already
    // buffered on this connection would be fetched twice.
    private async ValueTask<int> FillAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        int read;
        do
        {
            ValueTask<int> reading = stream.ReadAsync(buffer[filled..], cancellationToken);
            if (reading.IsCompleted)
            {
                read = await reading;
            }
            else
            {
                long asked = Stopwatch.GetTimestamp();
                read = await reading;
                _waited += Stopwatch.GetElapsedTime(asked);
            }

            filled += read;
        }
        while (read > 0 && filled < buffer.Length);
        return filled;
    }

    private async Task<Stream?> TryBeginPartAsync(CancellationToken cancellationToken)
    {
        if (_places?.TryEnterSpare() is not true)
            return null;
        AdaptiveConcurrency places = _places;
        Stream? part = null;
        try
        {
            part = await content.TryOpenPartAsync(_position, Math.Min(rules.Size, _size - _position), cancellationToken);
            if (part is null)
                _places = null;
            return part;
        }
        catch (AirgapException)
        {
            // If the failure persists, the open stream reports it better.
            _places = null;
            return null;
        }
        finally
        {
            if (part is null)
                places.Leave();
        }
    }
}
