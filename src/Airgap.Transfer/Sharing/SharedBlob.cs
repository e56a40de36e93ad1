using Airgap.Oci.Content;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// A blob that several relocations read, but the source sends once: it is kept in a temporary file until each of them
/// has read it to the end. If no temporary file can be written, each reads the source by itself.
/// </summary>
/// <param name="source">Where it comes from.</param>
/// <param name="readers">The maximum number of readers.</param>
/// <param name="idle">Receives blobs without current readers.</param>
/// <param name="lifetime">Ends the download.</param>
/// <param name="folder">The folder of the temporary file; null for the system's.</param>
internal sealed class SharedBlob(
    IBlobContent source, int readers, IdleDownloads idle, CancellationToken lifetime, string? folder = null)
{
    private readonly Lock _lock = new();
    private SharedDownload? _download;
    private bool _isUnshared;

    /// <summary>The blob, for one reader.</summary>
    public IBlobContent For(Descriptor descriptor) => new Reading(this, descriptor);

    private ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => OpenShared(offset) is { } shared
        ? ValueTask.FromResult<Stream>(new UnsharableStream(shared, OpenAloneAsync, offset)) : OpenAloneAsync(offset, cancellationToken);

    private ValueTask<Stream> OpenAloneAsync(long offset, CancellationToken cancellationToken)
    {
        lock (_lock)
            _isUnshared = true;
        return source.OpenAsync(offset, cancellationToken);
    }

    // The next reader restarts a failed download. A download is deleted when all readers have read it.
    private Stream? OpenShared(long offset)
    {
        lock (_lock)
        {
            if (_isUnshared)
                return null;
            if (_download?.TryOpen(offset, source.Descriptor.Size) is { } stream)
                return stream;
            try
            {
                _download = SharedDownload.Begin(source, readers, idle, lifetime, folder);
            }
            catch (TemporaryFileException)
            {
                return null;
            }

            return _download.OpenFirst(offset, source.Descriptor.Size);
        }
    }

    private sealed class Reading(SharedBlob blob, Descriptor descriptor) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => blob.OpenAsync(offset, cancellationToken);
    }
}
