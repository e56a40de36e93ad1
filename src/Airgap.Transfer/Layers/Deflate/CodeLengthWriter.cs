namespace Airgap.Transfer.Layers.Deflate;

/// <summary>The header of a dynamic block: the code lengths as runs, themselves coded (RFC 1951, section 3.2.7).</summary>
internal sealed class CodeLengthWriter(BitWriter output)
{
    private const int RepeatPrevious = 16;
    private const int RepeatZero = 17;
    private const int RepeatZeroLong = 18;

    private readonly byte[] _sequence = new byte[DeflateTables.LiteralSymbols + DeflateTables.DistanceSymbols];
    private readonly (byte Symbol, byte Extra)[] _runs = new (byte, byte)[DeflateTables.LiteralSymbols + DeflateTables.DistanceSymbols];
    private readonly HuffmanCode _code = new(DeflateTables.CodeLengthSymbols, 7);
    private int _runCount;
    private int _codeCount;

    /// <summary>The bits of the header after its first three.</summary>
    public int BitLength { get; private set; }

    /// <summary>Splits the lengths into runs.</summary>
    public void Prepare(ReadOnlySpan<byte> literals, ReadOnlySpan<byte> distances)
    {
        literals.CopyTo(_sequence);
        distances.CopyTo(_sequence.AsSpan(literals.Length));
        Array.Clear(_code.Counts);
        _runCount = 0;

        // Runs may cross the boundary between the two alphabets.
        ReadOnlySpan<byte> rest = _sequence.AsSpan(0, literals.Length + distances.Length);
        while (!rest.IsEmpty)
        {
            int run = rest.IndexOfAnyExcept(rest[0]);
            if (run < 0)
                run = rest.Length;
            if (rest[0] == 0)
                AddZeros(run);
            else
                AddLengths(rest[0], run);
            rest = rest[run..];
        }

        _code.Build();
        _codeCount = DeflateTables.CodeLengthSymbols;
        while (_codeCount > 4 && _code.Lengths[DeflateTables.CodeLengthOrder[_codeCount - 1]] == 0)
            _codeCount--;
        BitLength = 5 + 5 + 4 + (3 * _codeCount) + _code.BitLength()
            + (2 * _code.Counts[RepeatPrevious]) + (3 * _code.Counts[RepeatZero]) + (7 * _code.Counts[RepeatZeroLong]);
    }

    /// <summary>Writes the header.</summary>
    public void Write(int literalCount, int distanceCount)
    {
        output.Write((uint)(literalCount - 257), 5);
        output.Write((uint)(distanceCount - 1), 5);
        output.Write((uint)(_codeCount - 4), 4);
        foreach (byte symbol in DeflateTables.CodeLengthOrder[.._codeCount])
            output.Write(_code.Lengths[symbol], 3);
        foreach ((byte symbol, byte extra) in _runs.AsSpan(0, _runCount))
        {
            output.Write(_code.Codes[symbol], _code.Lengths[symbol]);
            int bits = symbol switch { RepeatPrevious => 2, RepeatZero => 3, RepeatZeroLong => 7, _ => 0 };
            output.Write(extra, bits);
        }
    }

    private void AddLengths(byte length, int run)
    {
        Add(length, 0);
        for (run--; run >= 3;)
        {
            int repeat = Math.Min(6, run);
            Add(RepeatPrevious, repeat - 3);
            run -= repeat;
        }

        for (; run > 0; run--)
            Add(length, 0);
    }

    private void AddZeros(int run)
    {
        while (run >= 11)
        {
            int repeat = Math.Min(138, run);
            Add(RepeatZeroLong, repeat - 11);
            run -= repeat;
        }

        if (run >= 3)
        {
            Add(RepeatZero, run - 3);
            return;
        }

        for (; run > 0; run--)
            Add(0, 0);
    }

    private void Add(int symbol, int extra)
    {
        _runs[_runCount++] = ((byte)symbol, (byte)extra);
        _code.Counts[symbol]++;
    }
}
