using Airgap.Oci;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>An open archive with random access. A part is opened when it is first read.</summary>
internal sealed class ArchiveBytes : IRandomAccess, IDisposable
{
    private readonly ArchiveFile _file;
    private readonly SafeFileHandle?[] _handles;
    private readonly Lock _lock = new();

    /// <summary>Opens the first file of an archive.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileFailure"/>: a pipe, which can be read only once.</exception>
    /// <exception cref="IOException">It cannot be opened, or another file system exception.</exception>
    public ArchiveBytes(ArchiveFile file)
    {
        _file = file;
        _handles = new SafeFileHandle?[file.Pieces.Length];
        SafeFileHandle first = HandleOf(0);
        Length = file.Pieces[^1] is { Length: { } last, Start: var start } ? start + last : RandomAccess.GetLength(first);
    }

    public long Length { get; }

    public int Read(Span<byte> buffer, long offset)
    {
        if (Find(offset) is not { } place)
            return 0;
        int count = (int)Math.Min(buffer.Length, place.Left);
        int read = RandomAccess.Read(place.Handle, buffer[..count], place.Offset);
        return Checked(read, count, place.Piece);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        if (Find(offset) is not { } place)
            return 0;
        int count = (int)Math.Min(buffer.Length, place.Left);
        int read = await RandomAccess.ReadAsync(place.Handle, buffer[..count], place.Offset, cancellationToken);
        return Checked(read, count, place.Piece);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle? handle in _handles)
            handle?.Dispose();
    }

    /// <summary>The open file of a piece.</summary>
    public SafeFileHandle HandleOf(int piece)
    {
        lock (_lock)
            return _handles[piece] ??= Open(_file.Pieces[piece]);
    }

    private static SafeFileHandle Open(ArchivePiece piece)
    {
        if (piece.Length is null)
            SeekableFile.Require(piece.Path);
        SafeFileHandle handle = File.OpenHandle(piece.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (piece.Length is null || RandomAccess.GetLength(handle) == piece.Length)
            return handle;
        handle.Dispose();
        throw piece.Changed();
    }

    // A truncated part would look like the end of the archive.
    private static int Checked(int read, int count, ArchivePiece piece) =>
        read > 0 || count == 0 || piece.Length is null ? read : throw piece.Changed();

    private (SafeFileHandle Handle, ArchivePiece Piece, long Offset, long Left)? Find(long offset)
    {
        if (!_file.IsSplit)
            return (HandleOf(0), _file.Pieces[0], offset, long.MaxValue);
        if (offset >= Length)
            return null;
        int low = 0;
        for (int high = _file.Pieces.Length - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            if (_file.Pieces[middle].Start <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        ArchivePiece piece = _file.Pieces[low];
        return (HandleOf(low), piece, offset - piece.Start, piece.Length!.Value - (offset - piece.Start));
    }
}
