using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A destination of the engine: reports its content, receives blobs, then manifests, and is then completed.
/// </summary>
internal interface ITransferTarget : IAsyncDisposable
{
    /// <summary>Determines what is already there.</summary>
    /// <returns>The blobs to transfer; all others are present.</returns>
    Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Determines the outcome of each blob only by reading, and makes <see cref="HasManifest"/> and
    /// <see cref="Describe"/> answer as after <see cref="PrepareAsync"/>.
    /// </summary>
    Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken);

    /// <summary>After <see cref="ForecastAsync"/>: true when every tag that would be written already exists.</summary>
    Task<bool> HasTagsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// After <see cref="ForecastAsync"/>: what would be created before the first write, such as a repository; null for nothing.
    /// </summary>
    string? Creates => null;

    /// <summary>The order of starting blobs: the longest first, so that no long one is left at the end.</summary>
    IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => missing.OrderByDescending(blob => blob.Descriptor.Size);

    /// <summary>Transfers one blob and verifies it.</summary>
    Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken);

    /// <summary>
    /// After <see cref="PrepareAsync"/>: the manifest to send first, since the destination may refuse its kind; null
    /// for none.
    /// </summary>
    PlannedManifest? First => null;

    /// <summary>True when a manifest with all its descendants was already there.</summary>
    bool HasManifest(PlannedManifest manifest);

    /// <summary>Pushes one manifest, after all its descendants.</summary>
    Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken);

    /// <summary>
    /// True for a failure after which nothing else can succeed at this destination, so that continuing would only waste
    /// time.
    /// </summary>
    bool IsLost(AirgapException failure);

    /// <summary>
    /// Makes the relocation visible: locations and tags, or the archive's name; after failures only complete items.
    /// Called once, at the end.
    /// </summary>
    /// <param name="failures">The missing images; receives further ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken);

    /// <summary>After <see cref="CompleteAsync"/>: the files of an archive that this run wrote, where their hashes are known.</summary>
    ImmutableArray<WrittenFile> Written => [];

    /// <summary>An item's location and tags.</summary>
    RelocatedItem Describe(PlannedItem item, BlobOutcome outcome);
}
