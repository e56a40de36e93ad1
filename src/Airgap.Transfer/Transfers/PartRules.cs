namespace Airgap.Transfer.Transfers;

/// <summary>The rules for fetching the rest of a long layer in parallel parts.</summary>
internal sealed record PartRules
{
    /// <summary>Length of a part, in bytes: the amount that a killed run may lose for each stream.</summary>
    public long Size { get; init; } = 16 * 1024 * 1024;

    /// <summary>The maximum number of concurrent parts of one layer.</summary>
    public int MostStreams { get; init; } = 8;

    /// <summary>
    /// How long one stream may wait for the rest before others help: another stream costs a request, and its bytes are read back for their
    /// hash.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>True when others should help with the rest.</summary>
    /// <param name="fetched">The bytes fetched so far.</param>
    /// <param name="waited">How long it was waited for them.</param>
    /// <param name="left">Bytes that are missing.</param>
    public bool Pays(long fetched, TimeSpan waited, long left) =>
        left >= 2 * Size && waited.TotalSeconds * left / fetched >= Patience.TotalSeconds;
}
