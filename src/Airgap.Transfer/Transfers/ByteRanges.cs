namespace Airgap.Transfer.Transfers;

/// <summary>
/// The available bytes of a file: ranges in ascending order that do not touch. There are only a few for each layer in
/// transfer.
/// </summary>
internal sealed class ByteRanges
{
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>The first range; if there is none, an empty range at the largest offset.</summary>
    public (long Start, long End) First => _ranges.Count == 0 ? (long.MaxValue, long.MaxValue) : _ranges[0];

    /// <summary>Adds a range, which may overlap others.</summary>
    public void Add(long start, long end)
    {
        if (end <= start)
            return;
        int at = IndexOf(start);
        int past = at;
        while (past < _ranges.Count && _ranges[past].Start <= end)
        {
            start = Math.Min(start, _ranges[past].Start);
            end = Math.Max(end, _ranges[past].End);
            past++;
        }

        _ranges.RemoveRange(at, past - at);
        _ranges.Insert(at, (start, end));
    }

    /// <summary>Removes everything before an offset.</summary>
    public void DropBefore(long offset)
    {
        int gone = 0;
        while (gone < _ranges.Count && _ranges[gone].End <= offset)
            gone++;
        _ranges.RemoveRange(0, gone);
        if (_ranges.Count > 0 && _ranges[0].Start < offset)
            _ranges[0] = (offset, _ranges[0].End);
    }

    // The first range that ends at or after the offset.
    private int IndexOf(long offset)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
