namespace Airgap.Registry.Storage;

/// <summary>The limits for unfinished uploads of a registry.</summary>
internal sealed record UploadLimits
{
    /// <summary>How long an abandoned upload is kept; docker-registry's default.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(168);

    /// <summary>How long an upload must have been idle before it makes room for others.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The maximum number of open uploads, 1 or more.</summary>
    public int MaxCount { get; init; } = 4096;

    /// <summary>The maximum total size of all open uploads, in bytes, for starting another one.</summary>
    public long MaxBytes { get; init; } = 512L * 1024 * 1024 * 1024;

    /// <summary>The maximum size of one blob, in bytes.</summary>
    public long MaxBlobBytes { get; init; } = long.MaxValue;
}
