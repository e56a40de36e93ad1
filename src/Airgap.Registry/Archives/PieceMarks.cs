using System.Security.Cryptography;

namespace Airgap.Registry.Archives;

/// <summary>
/// Short marks of a blob's pieces, computed from verified bytes. They show, several times as fast as the blob's hash and for
/// each piece separately, whether a piece is unchanged.
/// </summary>
/// <remarks>
/// GMAC (NIST SP 800-38D) under a key that only this process has. No mark leaves the process, so other bytes, even chosen ones, have
/// a piece's mark with a chance below 1 in 2^114.
/// </remarks>
internal sealed class PieceMarks : IDisposable
{
    /// <summary>Bytes of a piece; the last one of a blob may have fewer.</summary>
    public const int PieceSize = 128 * 1024;

    private const int MarkSize = 16;

    private readonly AesGcm _cipher;
    private readonly byte[] _marks;

    /// <summary>Makes or checks the marks of a blob.</summary>
    /// <param name="key">The key.</param>
    /// <param name="marks">Their bytes; as many as <see cref="BytesFor"/> returns.</param>
    public PieceMarks(byte[] key, byte[] marks)
    {
        _cipher = new AesGcm(key, MarkSize);
        _marks = marks;
    }

    /// <summary>False if the system cannot make marks.</summary>
    public static bool AreSupported => AesGcm.IsSupported;

    /// <summary>Bytes that the marks of a blob take: 128 for each MiB.</summary>
    public static long BytesFor(long size) => ((size + PieceSize - 1) / PieceSize) * MarkSize;

    /// <summary>Marks a piece.</summary>
    /// <param name="piece">Its number, from 0.</param>
    /// <param name="bytes">All its bytes.</param>
    public void Make(long piece, ReadOnlySpan<byte> bytes) => Mark(piece, bytes, _marks.AsSpan((int)(piece * MarkSize), MarkSize));

    /// <summary>True if a piece is unchanged.</summary>
    public bool Hold(long piece, ReadOnlySpan<byte> bytes)
    {
        Span<byte> mark = stackalloc byte[MarkSize];
        Mark(piece, bytes, mark);
        return mark.SequenceEqual(_marks.AsSpan((int)(piece * MarkSize), MarkSize));
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private void Mark(long piece, ReadOnlySpan<byte> bytes, Span<byte> mark)
    {
        Span<byte> nonce = stackalloc byte[12];
        BitConverter.TryWriteBytes(nonce, piece);
        _cipher.Encrypt(nonce, [], [], mark, bytes);
    }
}
