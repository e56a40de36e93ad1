using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives;

/// <summary>Images on a disk, whatever their format: what is listed, and the bytes of each blob.</summary>
internal interface IArchive
{
    /// <summary>The file or folder.</summary>
    string Path { get; }

    /// <summary>True for a format that does not say which bundle is the root: then the one that no other pins is it.</summary>
    bool InfersRoot { get; }

    /// <summary>The blob with a descriptor's digest. Fails when it is opened if the archive does not hold it.</summary>
    IBlobContent GetBlob(Descriptor descriptor);

    /// <summary>The file that holds a blob, and where the blob starts in it; null when none does.</summary>
    /// <exception cref="AirgapException">It has another length.</exception>
    (ArchiveFile File, long Offset)? PlaceOf(Descriptor descriptor);

    /// <summary>Reads what is listed, one item after the other; every digest is checked.</summary>
    /// <param name="includeNonDistributable">True to count non-distributable layers among the blobs.</param>
    /// <param name="failures">Takes the items that are damaged, which are passed over; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, CancellationToken cancellationToken);

    /// <summary>Reads <c>airgap.json</c>; null where there is none of this list of items.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NewerArchive"/>, another 2xxx, or a 3xxx code of the file.</exception>
    Task<ArchiveNotes?> ReadNotesAsync(CancellationToken cancellationToken);

    /// <summary>Hashes the list of what is there: manifest.json, or a layout's index.json.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    Task<Digest> ReadListDigestAsync(CancellationToken cancellationToken);

    /// <summary>The layers that a delta leaves to others; none of a full archive. Known once items or notes were read.</summary>
    DeltaLayers Required { get; }

    /// <summary>What it leaves to others; null for nothing. Known as <see cref="Required"/> is.</summary>
    DeltaNotes? Left => Required.Notes;

    /// <summary>What is listed and is no image, as a warning; null for nothing. Known once items were read.</summary>
    Diagnostic? Foreign => null;

    /// <summary>A failure of this archive.</summary>
    /// <param name="why">Words that end a sentence.</param>
    AirgapException Invalid(string why);
}
