using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers;

/// <summary>An archive while it is written, as one file or in parts.</summary>
internal interface IPartialArchive : IDisposable
{
    /// <summary>The layers of which something stands there already, each as far as it got.</summary>
    IReadOnlyDictionary<Digest, PartialLayer> Layers { get; }

    /// <summary>Writes bytes to their place. Several writers may be under way at once.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken);

    /// <summary>Reads back bytes that were written.</summary>
    /// <returns>How many were read, 1 or more.</returns>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);

    /// <summary>Says that a layer is there to its last byte, and verified.</summary>
    void Arrived(ArchiveLayer layer)
    {
    }

    /// <summary>After <see cref="CompleteAsync"/>: the files, where their hashes are known.</summary>
    ImmutableArray<WrittenFile> Written { get; }

    /// <summary>Makes the archive visible, when everything in it is there.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
