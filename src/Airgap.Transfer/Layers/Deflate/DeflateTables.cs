namespace Airgap.Transfer.Layers.Deflate;

/// <summary>Length and distance symbols of RFC 1951, section 3.2.5, and the order of code length codes of section 3.2.7.</summary>
internal static class DeflateTables
{
    /// <summary>The end of a block.</summary>
    public const int EndOfBlock = 256;

    /// <summary>The literal/length symbols that are used: 0 to 285.</summary>
    public const int LiteralSymbols = 286;

    /// <summary>The distance symbols that are used: 0 to 29.</summary>
    public const int DistanceSymbols = 30;

    /// <summary>The symbols of the code length alphabet.</summary>
    public const int CodeLengthSymbols = 19;

    private static readonly ushort[] s_distanceBases =
    [
        0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768,
        1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576,
    ];

    private static readonly byte[] s_lengthSymbols = MakeLengthSymbols();
    private static readonly byte[] s_nearSymbols = MakeDistanceSymbols(shift: 0);
    private static readonly byte[] s_farSymbols = MakeDistanceSymbols(shift: 7);

    /// <summary>The order in which the header of a block gives the lengths of the code length codes.</summary>
    public static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Extra bits of the symbols from 257 on.</summary>
    public static ReadOnlySpan<byte> LengthExtraBits =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>The length, less 3, at which a symbol from 257 on begins.</summary>
    public static ReadOnlySpan<byte> LengthBase =>
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 255];

    /// <summary>Extra bits of a distance symbol.</summary>
    public static ReadOnlySpan<byte> DistanceExtraBits =>
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    /// <summary>The distance, less 1, at which a symbol begins.</summary>
    public static ReadOnlySpan<ushort> DistanceBase => s_distanceBases;

    /// <summary>The symbol of a length, less 257.</summary>
    /// <param name="length">The length less 3, 0 to 255.</param>
    public static int LengthSymbol(int length) => s_lengthSymbols[length];

    /// <summary>The symbol of a distance.</summary>
    /// <param name="distance">The distance less 1, 0 to 32,767.</param>
    public static int DistanceSymbol(int distance) => distance < 256 ? s_nearSymbols[distance] : s_farSymbols[distance >> 7];

    private static byte[] MakeLengthSymbols()
    {
        byte[] symbols = new byte[256];
        int symbol = 0;
        for (int length = 0; length < symbols.Length; length++)
        {
            while (symbol + 1 < LengthBase.Length && LengthBase[symbol + 1] <= length)
                symbol++;
            symbols[length] = (byte)symbol;
        }

        return symbols;
    }

    // From 256 on, all distances that share their upper bits share their symbol.
    private static byte[] MakeDistanceSymbols(int shift)
    {
        byte[] symbols = new byte[256];
        int symbol = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            while (symbol + 1 < DistanceBase.Length && DistanceBase[symbol + 1] <= i << shift)
                symbol++;
            symbols[i] = (byte)symbol;
        }

        return symbols;
    }
}
