namespace Airgap.Transfer.Sharing;

/// <summary>
/// Blobs that one relocation has read and another may still need, oldest first. Only a few are kept: the other may
/// already have them, and each takes space and an open file.
/// </summary>
internal sealed class IdleDownloads
{
    private const int Most = 32;

    private readonly Lock _lock = new();
    private readonly Queue<SharedDownload> _idle = new();

    /// <summary>Adds one, and frees the oldest if there are too many.</summary>
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
