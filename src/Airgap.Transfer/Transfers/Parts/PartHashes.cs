using Airgap.Oci;
using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// The SHA-256 of each part while the archive is written: most bytes are hashed while they are written, so that little of a long part is
/// left to hash when its last byte arrives.
/// </summary>
internal sealed class PartHashes : IDisposable
{
    private readonly PartPlan _plan;
    private readonly ArchiveHash[] _hashes;

    /// <param name="plan">The division of the archive.</param>
    /// <param name="files">Reads back bytes that were written out of order.</param>
    public PartHashes(PartPlan plan, PartFiles files)
    {
        _plan = plan;
        _hashes =
        [
            .. Enumerable.Range(0, plan.Count).Select(part => new ArchiveHash(plan.SizeOf(part), async (buffer, offset, token) =>
                await files.ReadAsync(buffer, plan.StartOf(part) + offset, token) is > 0 and int read
                    ? read : throw new EndOfStreamException())),
        ];
    }

    /// <summary>Records existing content: everything except the layers, and the layers' bytes from an earlier run.</summary>
    public void Begin(ArchiveLayout layout, IReadOnlyDictionary<Digest, PartialLayer> there)
    {
        ILookup<int, (long, long)> available = ArchiveHash.AvailableBytes(layout, there)
            .SelectMany(range => Pieces(range.Start, range.End)).ToLookup(piece => piece.Part, piece => (piece.Start, piece.End));
        for (int part = 0; part < _hashes.Length; part++)
            _hashes[part].Begin(available[part]);
    }

    /// <summary>Receives written bytes. Several writers may call at once.</summary>
    public void Wrote(ReadOnlySpan<byte> bytes, long offset)
    {
        foreach ((int part, long start, long end) in Pieces(offset, offset + bytes.Length))
        {
            int count = (int)(end - start);
            _hashes[part].Wrote(bytes[..count], start);
            bytes = bytes[count..];
        }
    }

    /// <summary>The digest of a completely written part.</summary>
    public Task<Digest> FinishAsync(int part, CancellationToken cancellationToken) => _hashes[part].FinishAsync(cancellationToken);

    public void Dispose()
    {
        foreach (ArchiveHash hash in _hashes)
            hash.Dispose();
    }

    // Splits a range of the archive into ranges of parts, each relative to its part's first byte.
    private IEnumerable<(int Part, long Start, long End)> Pieces(long start, long end)
    {
        while (start < end)
        {
            int part = (int)(start / _plan.VolumeSize);
            long begin = _plan.StartOf(part);
            long stop = Math.Min(end, begin + _plan.SizeOf(part));
            yield return (part, start - begin, stop - begin);
            start = stop;
        }
    }
}
