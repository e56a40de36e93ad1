namespace Airgap.Registry.Storage;

/// <summary>What a collection of garbage did, or would do.</summary>
internal sealed class GarbageReport
{
    /// <summary>Blobs that were taken out of a repository, because no manifest of it names them.</summary>
    public int Unlinked { get; set; }

    /// <summary>Contents that no repository has any more and that are off the disk.</summary>
    public int Removed { get; set; }

    /// <summary>Their length, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Contents that stay.</summary>
    public int Kept { get; set; }

    /// <summary>Repositories with a manifest that cannot be read: all their blobs stay.</summary>
    public List<string> Unreadable { get; } = [];
}
