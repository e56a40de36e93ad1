namespace Airgap.Registry.Storage;

/// <summary>The result of a garbage collection, or of its dry run.</summary>
internal sealed class GarbageReport
{
    /// <summary>The number of blobs removed from a repository because no manifest there names them.</summary>
    public int Unlinked { get; set; }

    /// <summary>The number of contents deleted from the disk because no repository has them.</summary>
    public int Removed { get; set; }

    /// <summary>The total length of the deleted contents, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>The number of contents kept.</summary>
    public int Kept { get; set; }

    /// <summary>Repositories with an unreadable manifest: all their blobs are kept.</summary>
    public List<string> Unreadable { get; } = [];
}
