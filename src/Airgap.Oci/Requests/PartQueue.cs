using System.Net.Http.Headers;
using Airgap.Oci.Content;

namespace Airgap.Oci.Requests;

/// <summary>
/// The rest of a blob, fetched in parallel parts and returned in order. A part is kept in memory until its turn; a broken one resumes by
/// itself. The number of concurrent parts depends on the connections that other blobs leave free, and on the client's memory for parts.
/// </summary>
/// <param name="blob">The blob.</param>
/// <param name="help">Lends connections.</param>
/// <param name="version">The ETag of the bytes before; null for none.</param>
internal sealed class PartQueue(RegistryBlob blob, PartHelp help, EntityTagHeaderValue? version) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Part> _begun = new();
    private long _next;
    private int _given;

    /// <summary>Opens the first part, while the blob's own stream is still open.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if no connection or memory is left, or <see cref="RegistryBlob.GivesNoParts"/>.</returns>
    public async Task<bool> TryBeginAsync(long start, CancellationToken cancellationToken)
    {
        if (TryTake(start, isOwn: false) is not { } part)
            return false;
        Stream? opened = null;
        try
        {
            opened = await blob.OpenPartAsync(start, part.Length, version, cancellationToken);
            if (opened is null)
                blob.GivesNoParts = true;
        }
        catch (AirgapException)
        {
            // If the failure persists, the open stream reports it better.
            blob.GivesNoParts = true;
        }
        finally
        {
            if (opened is null)
            {
                blob.Memory.Return(part.Buffer, part.Length);
                help.Places.Leave();
            }
        }

        if (opened is null)
            return false;
        Begin(part, opened);
        return true;
    }

    /// <summary>Reads the next bytes.</summary>
    /// <returns>0 if no part is next, so that a single stream continues.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            BeginMore();
            if (!_begun.TryPeek(out Part? part))
                return 0;
            if (!part.Fetching.IsCompleted)
            {
                // Whichever ends first makes room for another. All may have ended since the first was looked at.
                Task<bool>[] running = [.. _begun.Select(each => each.Fetching).Where(fetching => !fetching.IsCompleted)];
                if (running.Length > 0)
                    await Task.WhenAny(running).WaitAsync(cancellationToken);
                continue;
            }

            if (!await part.Fetching)
                return 0;
            int count = Math.Min(buffer.Length, part.Length - _given);
            part.Buffer.AsMemory(_given, count).CopyTo(buffer);
            _given += count;
            if (_given == part.Length)
            {
                blob.Memory.Return(_begun.Dequeue().Buffer, part.Length);
                _given = 0;
            }

            return count;
        }
    }

    // Nothing continues in the background, and no buffer is returned while a part is still being read into it.
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        while (_begun.TryDequeue(out Part? part))
        {
            await ((Task)part.Fetching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            blob.Memory.Return(part.Buffer, part.Length);
        }

        _stop.Dispose();
    }

    private void BeginMore()
    {
        while (_next < blob.Descriptor.Size && _begun.Count < help.Rules.MostStreams && !blob.GivesNoParts)
        {
            bool isOwn = !_begun.Any(part => part.IsOwn && !part.Fetching.IsCompleted);
            if (TryTake(_next, isOwn) is not { } part)
                return;
            Begin(part, null);
        }
    }

    private void Begin(Part part, Stream? opened)
    {
        part.Fetching = FetchAsync(part, opened, _stop.Token);
        _begun.Enqueue(part);
        _next = part.Start + part.Length;
    }

    // False if the source does not return it.
    private async Task<bool> FetchAsync(Part part, Stream? opened, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream? stream = opened ?? await blob.OpenPartAsync(part.Start, part.Length, version, cancellationToken);
            if (stream is not null)
                await stream.ReadExactlyAsync(part.Buffer.AsMemory(0, part.Length), cancellationToken);
            blob.GivesNoParts |= stream is null;
            return stream is not null;
        }
        catch (AirgapException e) when (e.StatusCode != 0)
        {
            // A server that responds may still return the whole blob.
            blob.GivesNoParts = true;
            return false;
        }
        finally
        {
            if (!part.IsOwn)
                help.Places.Leave();
        }
    }

    private Part? TryTake(long start, bool isOwn)
    {
        if (!isOwn && !help.Places.TryEnterSpare())
            return null;
        int length = (int)Math.Min(help.Rules.Size, blob.Descriptor.Size - start);
        if (blob.Memory.TryTake(length) is { } buffer)
            return new Part(start, length, buffer, isOwn);
        if (!isOwn)
            help.Places.Leave();
        return null;
    }

    private sealed class Part(long start, int length, byte[] buffer, bool isOwn)
    {
        public long Start => start;

        public int Length => length;

        public byte[] Buffer => buffer;

        public bool IsOwn => isOwn;

        public Task<bool> Fetching { get; set; } = null!; // set before anybody else sees it
    }
}
