namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// The limits for the unpacked content of one pull. Normal content stays far below them; they stop a small layer that would fill the disk.
/// </summary>
internal sealed record UnpackLimits
{
    /// <summary>The maximum number of files, folders and other entries, including implied folders.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>The bytes that may be unpacked regardless of the layers' size.</summary>
    public long FreeBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Beyond <see cref="FreeBytes"/>: unpacked bytes for each byte of the layers.</summary>
    public int MaxRatio { get; init; } = 200;
}
