using Airgap.Oci.Content;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// A blob that several relocations read, and whose source sends it once: it lies in a temporary file until each of them has read it to its
/// end.
/// </summary>
/// <param name="source">Where it comes from.</param>
/// <param name="readers">How many will read it, at most.</param>
/// <param name="idle">Takes what nobody reads at the moment.</param>
/// <param name="lifetime">Ends the download.</param>
internal sealed class SharedBlob(IBlobContent source, int readers, IdleDownloads idle, CancellationToken lifetime)
{
    private readonly Lock _lock = new();
    private SharedDownload? _download;

    /// <summary>The blob, for one reader.</summary>
    public IBlobContent For(Descriptor descriptor) => new Reading(this, descriptor);

    // A download that failed is begun again by the next who asks; one that all have read is gone.
    private Stream Open(long offset)
    {
        lock (_lock)
        {
            if (_download is null or { IsOver: true })
                _download = SharedDownload.Begin(source, readers, idle, lifetime);
            return _download.Open(offset, source.Descriptor.Size);
        }
    }

    private sealed class Reading(SharedBlob blob, Descriptor descriptor) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => ValueTask.FromResult(blob.Open(offset));
    }
}
