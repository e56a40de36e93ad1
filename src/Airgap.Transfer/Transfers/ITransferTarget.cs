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

    /// <summary>True, after <see cref="ForecastAsync"/>, if every tag that would be written already exists.</summary>
    Task<bool> HasTagsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What would be created before the first write, such as a repository, after <see cref="ForecastAsync"/>; null for nothing.
    /// </summary>
    string? Creates => null;

    /// <summary>The order of starting blobs: the longest first, so that no long one is left at the end.</summary>
    IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => missing.OrderByDescending(blob => blob.Descriptor.Size);

    /// <summary>Transfers one blob and verifies it.</summary>
    Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken);

    /// <summary>
    /// The manifest to send first, after <see cref="PrepareAsync"/>, because the destination may refuse its kind; null for none.
    /// </summary>
    PlannedManifest? First => null;

    /// <summary>True if a manifest with all its descendants was already there.</summary>
    bool HasManifest(PlannedManifest manifest);

    /// <summary>Pushes one manifest, after all its descendants.</summary>
    Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken);

    /// <summary>
    /// True for a failure after which nothing else can succeed at this destination, so that continuing would only waste
    /// time.
    /// </summary>
    bool IsLost(AirgapException failure);

    /// <summary>
    /// Completes the relocation: writes locations and tags, or gives the archive its name; after failures, only for complete items.
    /// Called once, at the end.
    /// </summary>
    /// <param name="failures">The missing images; receives further ones.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken);

    /// <summary>The files of an archive that this run wrote, after <see cref="CompleteAsync"/>, if their hashes are known.</summary>
    ImmutableArray<WrittenFile> Written => [];

    /// <summary>An item's location and tags.</summary>
    RelocatedItem Describe(PlannedItem item, BlobOutcome outcome);
}
