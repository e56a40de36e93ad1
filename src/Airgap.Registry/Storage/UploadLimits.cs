namespace Airgap.Registry.Storage;

/// <summary>How much of unfinished uploads a registry keeps.</summary>
internal sealed record UploadLimits
{
    /// <summary>How long an abandoned upload is kept; docker-registry's default.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(168);

    /// <summary>How long an upload must have been left alone before it makes room for others.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most uploads that are open at once, 1 or more.</summary>
    public int MaxCount { get; init; } = 4096;

    /// <summary>The most bytes that all open uploads hold together when another one is begun.</summary>
    public long MaxBytes { get; init; } = 512L * 1024 * 1024 * 1024;

    /// <summary>The most bytes of one blob.</summary>
    public long MaxBlobBytes { get; init; } = long.MaxValue;
}
