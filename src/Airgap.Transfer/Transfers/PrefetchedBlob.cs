using Airgap.Oci.Content;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A blob whose first bytes are requested immediately, so that they arrive while the destination is still being asked
/// whether it needs them.
/// </summary>
internal sealed class PrefetchedBlob : IBlobContent, IAsyncDisposable
{
    private readonly IBlobContent _content;
    private Task<Stream>? _opening;

    public PrefetchedBlob(IBlobContent content, CancellationToken cancellationToken)
    {
        _content = content;
        _opening = content.OpenAsync(0, cancellationToken).AsTask();
    }

    public Descriptor Descriptor => _content.Descriptor;

    public async ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _opening, null) is { } opening)
        {
            if (offset == 0)
                return await opening;
            await DiscardAsync(opening);
        }

        return await _content.OpenAsync(offset, cancellationToken);
    }

    // The stream opened ahead serves one reading; further readings use the content itself.
    public async Task<T> ReadWholeAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _opening, null) is { } opening)
            await DiscardAsync(opening);
        return await _content.ReadWholeAsync(read, cancellationToken);
    }

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _opening, null) is { } unused ? DiscardAsync(unused) : ValueTask.CompletedTask;

    private static async ValueTask DiscardAsync(Task<Stream> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception)
        {
            // It was not needed.
        }
    }
}
