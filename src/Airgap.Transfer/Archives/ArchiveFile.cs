using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>An archive on the disk: one file, or parts that are read as one file, in any folders.</summary>
internal sealed class ArchiveFile
{
    private const int MostNamed = 8;

    private ArchiveFile(string path, ImmutableArray<ArchivePiece> pieces)
    {
        Path = path;
        Pieces = pieces;
    }

    /// <summary>
    /// The file; for parts, the file that they form together. A folder for an OCI layout in a folder.
    /// </summary>
    public string Path { get; }

    /// <summary>The files with its bytes, in order.</summary>
    public ImmutableArray<ArchivePiece> Pieces { get; }

    /// <summary>True for parts.</summary>
    public bool IsSplit => Pieces[0].Length is not null;

    /// <summary>One file.</summary>
    public static implicit operator ArchiveFile(string path) => new(path, [new ArchivePiece(path, 0, null)]);

    /// <summary>Parts.</summary>
    /// <param name="path">The file that they form together.</param>
    /// <param name="pieces">One or more, in order.</param>
    public static ArchiveFile OfParts(string path, ImmutableArray<ArchivePiece> pieces) => new(path, pieces);

    /// <summary>Opens it for random access.</summary>
    /// <exception cref="IOException">It cannot be opened, or another file system exception.</exception>
    public ArchiveBytes Open() => new(this);

    /// <summary>Opens it for reading from an offset.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public Stream OpenStream(long offset, int bufferSize = 0)
    {
        if (IsSplit)
            return new ArchivePieceStream(Pieces, offset);
        try
        {
            FileStream file = Pieces[0].OpenStream(bufferSize);
            file.Position = offset;
            return file;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, Path);
        }
    }

    /// <summary>The parts that contain a range of bytes, as the end of a sentence; empty for one file.</summary>
    public string WhereIs(long offset, long length)
    {
        if (!IsSplit)
            return "";
        ArchivePiece[] there = [
            .. Pieces.Where(piece => piece.Start < offset + Math.Max(1, length) && offset < piece.Start + piece.Length)];
        return there switch
        {
            [] => "",
            [var only] => $"; it is in '{only.Path}'",
            _ =>
                $"; it is in {string.Join(", ", there.Take(MostNamed).Select(piece => $"'{piece.Path}'"))}{(there.Length > MostNamed ? $" and {there.Length - MostNamed} more" : "")}, and verifying each part finds the damaged one",
        };
    }
}

/// <summary>A file with an archive, or a part of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">The archive offset of its first byte.</param>
/// <param name="Length">Its length in bytes; null for the whole archive.</param>
internal sealed record ArchivePiece(string Path, long Start, long? Length)
{
    /// <summary>Opens it for reading.</summary>
    public FileStream OpenStream(int bufferSize) => Check(new FileStream(Path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = bufferSize,
        Options = FileOptions.SequentialScan,
    }));

    // If a part was replaced after it was found, everything after it would be shifted.
    private FileStream Check(FileStream file)
    {
        if (Length is null || file.Length == Length)
            return file;
        file.Dispose();
        throw Changed();
    }

    /// <summary>The failure of a part whose length has changed since it was found.</summary>
    public AirgapException Changed() => new(
        ErrorCode.PartUnfit,
        $"The part '{Path}' has changed while it was read: it had {Length} bytes when it was found.",
        "Make sure that nothing else writes to it, and run the command again.")
    { Location = new SourceLocation(Path) };
}
