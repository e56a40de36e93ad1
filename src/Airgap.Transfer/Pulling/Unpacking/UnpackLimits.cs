namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// How much the layers of one pull may unpack to. Honest content stays far below; a small layer that unpacks to a full disk does not.
/// </summary>
internal sealed record UnpackLimits
{
    /// <summary>Files, folders and other entries in all; a folder that has no entry of its own, and holds one, counts, too.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>Bytes that may be unpacked whatever the layers' size.</summary>
    public long FreeBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Beyond <see cref="FreeBytes"/>: unpacked bytes for each byte of the layers.</summary>
    public int MaxRatio { get; init; } = 200;
}
