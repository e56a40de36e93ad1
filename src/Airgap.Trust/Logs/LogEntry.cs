namespace Airgap.Trust.Logs;

/// <summary>An entry of a transparency log, as a signature carries it.</summary>
internal sealed record LogEntry
{
    /// <summary>The last time that a year of four digits has, in Unix time.</summary>
    public const long LastTime = 253402300799;

    /// <summary>SHA-256 of the log's key.</summary>
    public required byte[] LogId { get; init; }

    /// <summary>The index in the whole log, over all shards.</summary>
    public required long Index { get; init; }

    /// <summary>Unix time in seconds; null or 0 when there is none.</summary>
    public long? IntegratedTime { get; init; }

    /// <summary>The entry itself.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The kind as the signature names it; null when it names none.</summary>
    public string? Kind { get; init; }

    /// <summary>The version of the kind.</summary>
    public string? Version { get; init; }

    /// <summary>The log's signature over the entry and its time (SET).</summary>
    public byte[]? Promise { get; init; }

    /// <summary>The proof that the entry is in the log's tree.</summary>
    public InclusionProof? Proof { get; init; }
}

/// <summary>The path from an entry to the root of a log's tree.</summary>
/// <param name="Index">The index in that tree.</param>
/// <param name="TreeSize">The number of entries.</param>
/// <param name="RootHash">The tree's root.</param>
/// <param name="Hashes">The sibling nodes along the path.</param>
/// <param name="Checkpoint">The signed statement of the root; null when missing.</param>
internal sealed record InclusionProof(long Index, long TreeSize, byte[] RootHash, IReadOnlyList<byte[]> Hashes, string? Checkpoint);
