namespace Airgap.Transfer.Layers.Deflate;

/// <summary>
/// The code of one alphabet: lengths by package-merge under a limit, and the canonical code words of RFC 1951, section 3.2.2.
/// Its arrays live as long as the stream, so that a block costs no allocation.
/// </summary>
internal sealed class HuffmanCode
{
    private readonly int[] _sorted;
    private readonly int[] _weights;
    private readonly int[] _nextWeights;

    // For each round, the positions of its list that contain a symbol rather than a package.
    private readonly bool[] _isSymbol;
    private readonly int _limit;

    /// <summary>Allocates a code.</summary>
    /// <param name="symbols">The number of symbols of the alphabet.</param>
    /// <param name="limit">The maximum length of a code word, in bits.</param>
    public HuffmanCode(int symbols, int limit)
    {
        _limit = limit;
        Counts = new int[symbols];
        Lengths = new byte[symbols];
        Codes = new ushort[symbols];
        _sorted = new int[symbols];
        _weights = new int[2 * symbols];
        _nextWeights = new int[2 * symbols];
        _isSymbol = new bool[limit * 2 * symbols];
    }

    /// <summary>How often each symbol occurs; the caller counts.</summary>
    public int[] Counts { get; }

    /// <summary>The length of each code word, 0 for a symbol that does not occur.</summary>
    public byte[] Lengths { get; }

    /// <summary>The code words, their first bit lowest.</summary>
    public ushort[] Codes { get; }

    /// <summary>Finds lengths and code words for the counts.</summary>
    public void Build()
    {
        Array.Clear(Lengths);
        int used = 0;
        for (int symbol = 0; symbol < Counts.Length; symbol++)
        {
            // The count is in the upper bits and the symbol in the lower ones, so that sorting orders by count, and equal counts by symbol.
            if (Counts[symbol] > 0)
                _sorted[used++] = (Counts[symbol] << 9) | symbol;
        }

        _sorted.AsSpan(0, used).Sort();
        if (used <= 2)
        {
            foreach (int item in _sorted.AsSpan(0, used))
                Lengths[item & 511] = 1;
        }
        else
        {
            FindLengths(used);
        }

        AssignCodes();
    }

    /// <summary>The total bits of all counted symbols, without extra bits.</summary>
    public int BitLength()
    {
        int bits = 0;
        for (int symbol = 0; symbol < Counts.Length; symbol++)
            bits += Counts[symbol] * Lengths[symbol];
        return bits;
    }

    private void FindLengths(int used)
    {
        int rounds = Math.Min(_limit, used - 1);
        Span<int> previous = _weights;
        Span<int> next = _nextWeights;
        int stride = Counts.Length * 2;
        int previousLength = 0;
        for (int round = 0; round < rounds; round++)
        {
            Span<bool> isSymbol = _isSymbol.AsSpan(round * stride, stride);
            int packages = previousLength / 2;
            int length = used + packages;
            for (int i = 0, symbol = 0, package = 0; i < length; i++)
            {
                int packed = package < packages ? previous[2 * package] + previous[(2 * package) + 1] : int.MaxValue;

                // With equal weights, the package comes first, as in Go; the resulting bytes depend on it.
                bool takesSymbol = symbol < used && _sorted[symbol] >> 9 < packed;
                isSymbol[i] = takesSymbol;
                next[i] = takesSymbol ? _sorted[symbol] >> 9 : packed;
                if (takesSymbol)
                    symbol++;
                else
                    package++;
            }

            previousLength = length;
            Span<int> swap = previous;
            previous = next;
            next = swap;
        }

        // The items taken from each list are its first ones; therefore their symbols are the first ones of the sorted symbols.
        int take = (2 * used) - 2;
        for (int round = rounds - 1; round >= 0 && take > 0; round--)
        {
            int symbols = _isSymbol.AsSpan(round * stride, take).Count(true);
            foreach (int item in _sorted.AsSpan(0, symbols))
                Lengths[item & 511]++;
            take = 2 * (take - symbols);
        }
    }

    private void AssignCodes()
    {
        Span<int> next = stackalloc int[16];
        next[0] = next[1] = 0;
        for (int length = 1; length < 15; length++)
            next[length + 1] = (next[length] + Lengths.AsSpan().Count((byte)length)) << 1;
        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            if (length > 0)
                Codes[symbol] = Reverse(next[length]++, length);
        }
    }

    private static ushort Reverse(int code, int length)
    {
        int reversed = 0;
        for (int i = 0; i < length; i++)
            reversed = (reversed << 1) | ((code >> i) & 1);
        return (ushort)reversed;
    }
}
