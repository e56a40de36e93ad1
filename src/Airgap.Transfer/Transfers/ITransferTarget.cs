using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>A destination of the engine: says what it has, takes blobs, then manifests, then its finishing touch.</summary>
internal interface ITransferTarget : IAsyncDisposable
{
    /// <summary>Finds out what is there already.</summary>
    /// <returns>The blobs that have to be put; all others are there.</returns>
    Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Finds out by reading alone what would become of each blob, and lets <see cref="HasManifest"/> and <see cref="Describe"/> answer as
    /// after <see cref="PrepareAsync"/>.
    /// </summary>
    Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken);

    /// <summary>After <see cref="ForecastAsync"/>: true when every tag that would be written stands there already.</summary>
    Task<bool> HasTagsAsync(CancellationToken cancellationToken);

    /// <summary>The order in which blobs are begun: the longest first, so that none is left over at the end.</summary>
    IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => missing.OrderByDescending(blob => blob.Descriptor.Size);

    /// <summary>Brings one blob there and verifies it.</summary>
    Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken);

    /// <summary>
    /// After <see cref="PrepareAsync"/>: the manifest that has to go before all others, since the destination may refuse what it stands
    /// for; null for none.
    /// </summary>
    PlannedManifest? First => null;

    /// <summary>True when a manifest with all below it was there before.</summary>
    bool HasManifest(PlannedManifest manifest);

    /// <summary>Puts one manifest, after everything below it.</summary>
    Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken);

    /// <summary>
    /// True for a failure after which nothing else can succeed at this destination, so that going on would only take long.
    /// </summary>
    bool IsLost(AirgapException failure);

    /// <summary>
    /// Makes the relocation visible: locations and tags, or the archive's name; of a relocation with failures only what is whole. Called
    /// once, when all else is done.
    /// </summary>
    /// <param name="failures">The images that are not there; takes further ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken);

    /// <summary>After <see cref="CompleteAsync"/>: the files of an archive that this run wrote, where their hashes are known.</summary>
    ImmutableArray<WrittenFile> Written => [];

    /// <summary>Where an item is now, and under which tags.</summary>
    RelocatedItem Describe(PlannedItem item, BlobOutcome outcome);
}
