using System.Buffers;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Downloads the rest of a layer in parallel parts, as many as other blobs leave connections for. Parts start in order, and not far ahead
/// of the first missing one, so that a killed run loses little; complete parts are read back in order for the hash.
/// </summary>
/// <param name="content">The source.</param>
/// <param name="archive">The destination.</param>
/// <param name="dataOffset">Where the layer's first byte belongs in the archive.</param>
/// <param name="places">Lends a connection to each part, in addition to the layer's own.</param>
/// <param name="rules">Length and number of parts.</param>
/// <param name="progress">Receives the number of bytes received.</param>
internal sealed class PartwiseDownload(
    IBlobContent content, IPartialArchive archive, long dataOffset, AdaptiveConcurrency places, PartRules rules, IProgress<long> progress)
{
    private readonly long _size = content.Descriptor.Size;
    private readonly Queue<Part> _begun = new();
    private long _next;

    /// <summary>Fetches what is missing.</summary>
    /// <param name="first">The stream of the first part, whose connection is already lent.</param>
    /// <param name="start">The start of that part: a whole number of parts from the layer's first byte.</param>
    /// <param name="layer">The layer's written beginning; receives the rest.</param>
    /// <param name="hashed">The number of bytes already hashed.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The number of bytes present and hashed: the layer's size, or less if the source returns no further part.</returns>
    public async Task<long> RunAsync(Stream first, long start, PartialLayer layer, long hashed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(LayerDownload.BufferSize);
        try
        {
            _next = start;
            Begin(first, isOwn: false, stop.Token);
            BeginMore(stop.Token);
            await ReadBackAsync(layer, hashed, start, buffer, cancellationToken);
            while (_begun.TryPeek(out Part part))
            {
                BeginMore(stop.Token);
                if (!part.Fetching.IsCompleted)
                {
                    // Whichever ends first makes room for another.
                    if (Running() is { Length: > 0 } running)
                        await Task.WhenAny(running);
                    continue;
                }

                if (!await part.Fetching)
                {
                    await EndAsync(stop);
                    TakeBack();
                    return part.Start;
                }

                await ReadBackAsync(layer, part.Start, EndOf(part.Start), buffer, cancellationToken);
                _begun.Dequeue();
            }

            return _size;
        }
        finally
        {
            await EndAsync(stop);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Nothing continues in the background, and the first failure is the one reported.
    private async Task EndAsync(CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        await Task.WhenAll(_begun.Select(part => part.Fetching)).ContinueWith(static all => all.Exception, TaskScheduler.Default);
    }

    // The single stream that continues from here fetches these parts again, including finished ones.
    private void TakeBack()
    {
        foreach (Part part in _begun)
            progress.Report(-part.Count.Taken);
    }

    private void BeginMore(CancellationToken cancellationToken)
    {
        // A killed run loses the parts behind a missing one, so they count like parts in progress.
        while (_next < _size && _begun.Count < rules.MostStreams)
        {
            bool isOwn = !_begun.Any(part => part.IsOwn && !part.Fetching.IsCompleted);
            if (!isOwn && !places.TryEnterSpare())
                return;
            Begin(null, isOwn, cancellationToken);
        }
    }

    private Task[] Running() => [.. _begun.Select(part => part.Fetching).Where(fetching => !fetching.IsCompleted)];

    private void Begin(Stream? opened, bool isOwn, CancellationToken cancellationToken)
    {
        Tally count = new();
        _begun.Enqueue(new Part(_next, isOwn, count, FetchAsync(opened, _next, isOwn, count, cancellationToken)));
        _next = EndOf(_next);
    }

    // False if the source does not offer parts.
    private async Task<bool> FetchAsync(Stream? opened, long start, bool isOwn, Tally count, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(LayerDownload.BufferSize);
        try
        {
            await using Stream? stream = opened ?? await content.TryOpenPartAsync(start, EndOf(start) - start, cancellationToken);
            if (stream is null)
                return false;
            for (long position = start; position < EndOf(start);)
            {
                int wanted = LayerDownload.WriteLength(archive, dataOffset + position, EndOf(start) - position);
                int filled = await stream.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: true, cancellationToken);
                await archive.WriteAsync(buffer.AsMemory(0, filled), dataOffset + position, cancellationToken);
                position += filled;
                count.Taken += filled;
                progress.Report(filled);
            }

            return true;
        }
        finally
        {
            if (!isOwn)
                places.Leave();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ReadBackAsync(PartialLayer layer, long from, long to, byte[] buffer, CancellationToken cancellationToken)
    {
        for (long position = from; position < to;)
        {
            int read = await archive.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(buffer.Length, to - position)), dataOffset + position, cancellationToken);
            layer.Append(buffer.AsSpan(0, read));
            position += read;
        }
    }

    private long EndOf(long start) => Math.Min(start + rules.Size, _size);

    private readonly record struct Part(long Start, bool IsOwn, Tally Count, Task<bool> Fetching);

    // The bytes of a part that were reported as progress; read when the part has ended.
    private sealed class Tally
    {
        public long Taken { get; set; }
    }
}
