namespace Airgap.Transfer.Archives;

/// <summary>An entry that is not a blob.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Pieces">Its content, created at each call.</param>
internal sealed record ArchiveText(string Name, long Length, Func<IEnumerable<ReadOnlyMemory<byte>>> Pieces)
{
    /// <summary>Creates an entry from bytes in memory.</summary>
    public ArchiveText(string name, ReadOnlyMemory<byte> bytes)
        : this(name, bytes.Length, () => [bytes])
    {
    }

    /// <summary>Length of its header and its content, rounded up to whole blocks.</summary>
    public long PlaceLength => ArchiveLayout.HeaderOf(Name, Length).Length + ArchiveLayout.Padded(Length);
}
