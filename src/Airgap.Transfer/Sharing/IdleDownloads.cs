namespace Airgap.Transfer.Sharing;

/// <summary>
/// Blobs that one relocation has read and another may still want, the oldest first. Many are not kept: the other may have them all, and
/// each takes space and an open file.
/// </summary>
internal sealed class IdleDownloads
{
    private const int Most = 32;

    private readonly Lock _lock = new();
    private readonly Queue<SharedDownload> _idle = new();

    /// <summary>Takes one, and frees the oldest where there are too many.</summary>
    public void Add(SharedDownload download)
    {
        SharedDownload? oldest = null;
        lock (_lock)
        {
            _idle.Enqueue(download);
            if (_idle.Count > Most)
                oldest = _idle.Dequeue();
        }

        oldest?.Free();
    }
}
