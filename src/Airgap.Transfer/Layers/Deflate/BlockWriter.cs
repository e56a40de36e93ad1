namespace Airgap.Transfer.Layers.Deflate;

/// <summary>
/// Writes a piece as one block: dynamic, or stored if that is not clearly larger. Fixed codes are never used.
/// </summary>
internal sealed class BlockWriter(BitWriter output)
{
    private readonly HuffmanCode _literals = new(DeflateTables.LiteralSymbols, 15);
    private readonly HuffmanCode _distances = new(DeflateTables.DistanceSymbols, 15);
    private readonly CodeLengthWriter _codeLengths = new(output);

    /// <summary>Writes a piece without matches.</summary>
    public void WriteLiterals(ReadOnlySpan<byte> piece)
    {
        Clear();
        int[] counts = _literals.Counts;
        foreach (byte literal in piece)
            counts[literal]++;
        if (!WriteHeader(piece))
            return;
        (ushort[] codes, byte[] lengths) = (_literals.Codes, _literals.Lengths);
        foreach (byte literal in piece)
            output.Write(codes[literal], lengths[literal]);
        output.Write(codes[DeflateTables.EndOfBlock], lengths[DeflateTables.EndOfBlock]);
    }

    /// <summary>Writes a piece as literals and matches.</summary>
    public void WriteTokens(ReadOnlySpan<byte> piece, ReadOnlySpan<uint> tokens)
    {
        Clear();
        foreach (uint token in tokens)
        {
            if (token < MatchFinder.MatchFlag)
            {
                _literals.Counts[token]++;
                continue;
            }

            _literals.Counts[DeflateTables.EndOfBlock + 1 + DeflateTables.LengthSymbol((int)(token >> 16) & 0xFF)]++;
            _distances.Counts[DeflateTables.DistanceSymbol((int)token & 0x7FFF)]++;
        }

        if (!WriteHeader(piece))
            return;
        (ushort[] codes, byte[] lengths) = (_literals.Codes, _literals.Lengths);
        foreach (uint token in tokens)
        {
            if (token < MatchFinder.MatchFlag)
                output.Write(codes[token], lengths[token]);
            else
                WriteMatch((int)(token >> 16) & 0xFF, (int)token & 0x7FFF);
        }

        output.Write(codes[DeflateTables.EndOfBlock], lengths[DeflateTables.EndOfBlock]);
    }

    private void WriteMatch(int length, int distance)
    {
        int symbol = DeflateTables.LengthSymbol(length);
        int literal = DeflateTables.EndOfBlock + 1 + symbol;
        ulong bits = _literals.Codes[literal];
        int count = _literals.Lengths[literal];
        bits |= (ulong)(length - DeflateTables.LengthBase[symbol]) << count;
        count += DeflateTables.LengthExtraBits[symbol];

        symbol = DeflateTables.DistanceSymbol(distance);
        bits |= (ulong)_distances.Codes[symbol] << count;
        count += _distances.Lengths[symbol];
        bits |= (ulong)(distance - DeflateTables.DistanceBase[symbol]) << count;
        count += DeflateTables.DistanceExtraBits[symbol];
        output.Write(bits, count);
    }

    // Writes the whole piece instead, and returns false, if a stored block is used.
    private bool WriteHeader(ReadOnlySpan<byte> piece)
    {
        _literals.Counts[DeflateTables.EndOfBlock] = 1;

        // Even without a match, one distance code is declared, and its bit is counted in the size.
        if (_distances.Counts.AsSpan().IndexOfAnyExcept(0) < 0)
            _distances.Counts[0] = 1;
        _literals.Build();
        _distances.Build();
        int literalCount = Math.Max(257, _literals.Counts.AsSpan().LastIndexOfAnyExcept(0) + 1);
        int distanceCount = Math.Max(1, _distances.Counts.AsSpan().LastIndexOfAnyExcept(0) + 1);
        _codeLengths.Prepare(_literals.Lengths.AsSpan(0, literalCount), _distances.Lengths.AsSpan(0, distanceCount));
        int size = 3 + _codeLengths.BitLength + _literals.BitLength() + _distances.BitLength();
        if (8 * (piece.Length + 5) < size + (size >> 4))
        {
            output.WriteStored(piece, isFinal: false);
            return false;
        }

        output.Write(0b100, 3);
        _codeLengths.Write(literalCount, distanceCount);
        return true;
    }

    private void Clear()
    {
        Array.Clear(_literals.Counts);
        Array.Clear(_distances.Counts);
    }
}
