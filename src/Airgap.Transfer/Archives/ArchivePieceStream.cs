using System.Collections.Immutable;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>
/// Reads parts one after the other, from an offset. One part is open at a time, and a failure names it.
/// </summary>
internal sealed class ArchivePieceStream : ReadOnlyStream
{
    private readonly ImmutableArray<ArchivePiece> _pieces;
    private int _next;
    private long _offset;
    private long _left;
    private FileStream? _open;

    /// <summary>Opens the part that contains an offset.</summary>
    public ArchivePieceStream(ImmutableArray<ArchivePiece> pieces, long offset)
    {
        _pieces = pieces;
        while (_next < pieces.Length && pieces[_next].Start + pieces[_next].Length <= offset)
            _next++;
        _offset = offset - (_next < pieces.Length ? pieces[_next].Start : offset);
        Advance();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !HasMore())
            return 0;
        try
        {
            return Took(_open!.Read(buffer[..(int)Math.Min(buffer.Length, _left)]));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, _open!.Name);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || !HasMore())
            return 0;
        try
        {
            return Took(await _open!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, _open!.Name);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _open?.Dispose();
        base.Dispose(disposing);
    }

    private bool HasMore()
    {
        if (_left == 0)
            Advance();
        return _left > 0;
    }

    private int Took(int read)
    {
        _left -= read;
        return read > 0 ? read : throw _pieces[_next - 1].Changed();
    }

    private void Advance()
    {
        _open?.Dispose();
        _open = null;
        if (_next == _pieces.Length)
            return;
        ArchivePiece piece = _pieces[_next];
        try
        {
            _open = piece.OpenStream(bufferSize: 0);
            _open.Position = _offset;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, piece.Path);
        }

        _left = piece.Length!.Value - _offset;
        _offset = 0;
        _next++;
    }
}
