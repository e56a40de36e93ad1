using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives;

/// <summary>An archive in any format: its list of images, and the bytes of each blob.</summary>
internal interface IArchive
{
    /// <summary>The file or folder.</summary>
    string Path { get; }

    /// <summary>
    /// True for a format that does not mark the root bundle: then the root is the bundle that no other pins.
    /// </summary>
    bool InfersRoot { get; }

    /// <summary>The blob with a descriptor's digest. Opening it fails if the archive does not contain it.</summary>
    IBlobContent GetBlob(Descriptor descriptor);

    /// <summary>The file with a blob, and the blob's offset in it; null if there is none.</summary>
    /// <exception cref="AirgapException">It has another length.</exception>
    (ArchiveFile File, long Offset)? PlaceOf(Descriptor descriptor);

    /// <summary>Reads the listed items one by one; verifies every digest.</summary>
    /// <param name="includeNonDistributable">True to count non-distributable layers among the blobs.</param>
    /// <param name="failures">Receives damaged items, which are skipped; null to throw instead.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, CancellationToken cancellationToken);

    /// <summary>Reads <c>airgap.json</c>; null if there is none for this list of items.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NewerArchive"/>, another 2xxx, or a 3xxx code of the file.</exception>
    Task<ArchiveNotes?> ReadNotesAsync(CancellationToken cancellationToken);

    /// <summary>Hashes the list of items: manifest.json, or a layout's index.json.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    Task<Digest> ReadListDigestAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The layers that a delta requires from its bases; none for a full archive. Known after items or notes were read.
    /// </summary>
    DeltaLayers Required { get; }

    /// <summary>Its requirements; null for none. Known when <see cref="Required"/> is.</summary>
    DeltaNotes? Left => Required.Notes;

    /// <summary>The warning about listed content that is not an image; null for none. Known once the items were read.</summary>
    Diagnostic? Foreign => null;

    /// <summary>A failure of this archive.</summary>
    /// <param name="why">The end of a sentence.</param>
    AirgapException Invalid(string why);
}
