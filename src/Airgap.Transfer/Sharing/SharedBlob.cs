using Airgap.Oci.Content;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// A blob that several relocations read, but the source sends once: it is kept in a temporary file until each of them
/// has read it to the end.
/// </summary>
/// <param name="source">Where it comes from.</param>
/// <param name="readers">The maximum number of readers.</param>
/// <param name="idle">Receives blobs without current readers.</param>
/// <param name="lifetime">Ends the download.</param>
internal sealed class SharedBlob(IBlobContent source, int readers, IdleDownloads idle, CancellationToken lifetime)
{
    private readonly Lock _lock = new();
    private SharedDownload? _download;

    /// <summary>The blob, for one reader.</summary>
    public IBlobContent For(Descriptor descriptor) => new Reading(this, descriptor);

    // The next reader restarts a failed download. A download is deleted when all readers have read it.
    private Stream Open(long offset)
    {
        lock (_lock)
        {
            if (_download?.TryOpen(offset, source.Descriptor.Size) is { } stream)
                return stream;
            _download = SharedDownload.Begin(source, readers, idle, lifetime);
            return _download.OpenFirst(offset, source.Descriptor.Size);
        }
    }

    private sealed class Reading(SharedBlob blob, Descriptor descriptor) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => ValueTask.FromResult(blob.Open(offset));
    }
}
