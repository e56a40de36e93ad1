namespace Airgap.Transfer.Transfers;

/// <summary>When the rest of a long layer is fetched in parts side by side, and how.</summary>
internal sealed record PartRules
{
    /// <summary>Length of a part, in bytes: what a run that is killed may lose for each stream.</summary>
    public long Size { get; init; } = 16 * 1024 * 1024;

    /// <summary>Parts of one layer under way at once.</summary>
    public int MostStreams { get; init; } = 8;

    /// <summary>
    /// How long one stream may wait for the rest before others help: another stream costs a request, and its bytes are read back for their
    /// hash.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>True when others should help with the rest.</summary>
    /// <param name="fetched">Bytes that the stream brought so far.</param>
    /// <param name="waited">How long it was waited for them.</param>
    /// <param name="left">Bytes that are missing.</param>
    public bool Pays(long fetched, TimeSpan waited, long left) =>
        left >= 2 * Size && waited.TotalSeconds * left / fetched >= Patience.TotalSeconds;
}
