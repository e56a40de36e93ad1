using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers;

/// <summary>An archive during writing, as one file or in parts.</summary>
internal interface IPartialArchive : IDisposable
{
    /// <summary>The layers that are partly written, each with its progress.</summary>
    IReadOnlyDictionary<Digest, PartialLayer> Layers { get; }

    /// <summary>The position of an offset of the archive in its file, which may be one of several.</summary>
    long PositionInFile(long offset) => offset;

    /// <summary>Writes bytes at an offset. Several writers may be active at once.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken);

    /// <summary>Reads back written bytes.</summary>
    /// <returns>The number of bytes read, 1 or more.</returns>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);

    /// <summary>Signals that a layer is complete and verified.</summary>
    void Arrived(ArchiveLayer layer)
    {
    }

    /// <summary>The files, after <see cref="CompleteAsync"/>, if their hashes are known.</summary>
    ImmutableArray<WrittenFile> Written { get; }

    /// <summary>Gives the archive its name, when it is complete.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
