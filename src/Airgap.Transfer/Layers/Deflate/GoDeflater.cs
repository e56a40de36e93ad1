using System.Buffers;

namespace Airgap.Transfer.Layers.Deflate;

/// <summary>
/// Deflate (RFC 1951) with exactly the bytes of Go's <c>compress/flate</c> at its fastest level. The content is cut
/// every 65,535 bytes; each piece becomes one block, independent of the individual writes.
/// </summary>
internal sealed class GoDeflater : IDisposable
{
    private const int PieceSize = 65_535;
    private const int HistorySize = MatchFinder.MaxDistance;

    // A block is at most stored, or dynamic and then about as large before extra bits: 18 for every four bytes.
    private const int OutputSize = (2 * PieceSize) + 1024;

    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent(HistorySize + PieceSize);
    private readonly byte[] _output = ArrayPool<byte>.Shared.Rent(OutputSize);
    private readonly uint[] _tokens = ArrayPool<uint>.Shared.Rent(PieceSize);
    private readonly MatchFinder _finder = new();
    private readonly BitWriter _bits;
    private readonly BlockWriter _blocks;
    private int _history;
    private int _filled;

    /// <summary>Makes an empty stream.</summary>
    public GoDeflater()
    {
        _bits = new BitWriter(_output);
        _blocks = new BlockWriter(_bits);
    }

    /// <summary>The output of the last <see cref="Encode"/> or <see cref="Finish"/>; valid until the next.</summary>
    public ReadOnlyMemory<byte> Output => _output.AsMemory(0, _bits.Length);

    /// <summary>True when a piece is full, so that <see cref="Encode"/> must be called.</summary>
    public bool IsFull => _filled == PieceSize;

    /// <summary>Adds as much content as the piece has room for.</summary>
    /// <returns>The bytes taken.</returns>
    public int Fill(ReadOnlySpan<byte> content)
    {
        int taken = Math.Min(content.Length, PieceSize - _filled);
        content[..taken].CopyTo(_window.AsSpan(_history + _filled));
        _filled += taken;
        return taken;
    }

    /// <summary>Makes a block of the piece.</summary>
    public void Encode()
    {
        _bits.Clear();
        EncodePiece();
    }

    /// <summary>Makes a block of the remaining content, and the empty stored block that ends the stream.</summary>
    public void Finish()
    {
        _bits.Clear();
        EncodePiece();
        _bits.WriteStored([], isFinal: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _finder.Dispose();
        ArrayPool<byte>.Shared.Return(_window);
        ArrayPool<byte>.Shared.Return(_output);
        ArrayPool<uint>.Shared.Return(_tokens);
    }

    private void EncodePiece()
    {
        ReadOnlySpan<byte> window = _window.AsSpan(0, _history + _filled);
        ReadOnlySpan<byte> piece = window[_history..];
        if (piece.IsEmpty)
            return;
        if (piece.Length <= 16)
            _bits.WriteStored(piece, isFinal: false);
        else if (piece.Length < 128)
            _blocks.WriteLiterals(piece);
        else
            EncodeMatches(window, piece);
        int keep = Math.Min(HistorySize, window.Length);
        window[^keep..].CopyTo(_window);
        _history = keep;
        _filled = 0;
    }

    private void EncodeMatches(ReadOnlySpan<byte> window, ReadOnlySpan<byte> piece)
    {
        int count = _finder.Tokenize(window, _history, _tokens);
        if (count > piece.Length - (piece.Length >> 4))
            _blocks.WriteLiterals(piece);
        else
            _blocks.WriteTokens(piece, _tokens.AsSpan(0, count));
    }
}
