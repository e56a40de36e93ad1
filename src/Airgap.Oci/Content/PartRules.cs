namespace Airgap.Oci.Content;

/// <summary>The rules for fetching the rest of a long blob in parallel parts.</summary>
internal sealed record PartRules
{
    /// <summary>Length of a part, in bytes: the amount that a killed run may lose for each stream.</summary>
    public long Size { get; init; } = 16 * 1024 * 1024;

    /// <summary>The maximum number of concurrent parts of one blob.</summary>
    public int MostStreams { get; init; } = 8;

    /// <summary>
    /// Others help if one stream is expected to need this long for the rest. Another stream costs a request, and its bytes are read back
    /// for their hash or kept in memory until their turn.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The bytes after which the speed of one stream is judged, and the minimum that must be left for others to help.</summary>
    public long Judged { get; init; }

    /// <summary>
    /// The rules for a blob that is passed on in order: a part is held in memory until its turn, so parts are short. A blob of up to
    /// 8 MiB uses one stream.
    /// </summary>
    public static PartRules InOrder { get; } = new() { Size = 1024 * 1024, Judged = 4 * 1024 * 1024 };

    /// <summary>True when others should help with the rest.</summary>
    /// <param name="fetched">The bytes fetched so far.</param>
    /// <param name="waited">The time that they took.</param>
    /// <param name="left">Bytes that are missing.</param>
    public bool Pays(long fetched, TimeSpan waited, long left) =>
        left >= Math.Max(2 * Size, Judged) && waited.TotalSeconds * left / fetched >= Patience.TotalSeconds;
}
