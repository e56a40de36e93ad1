using System.Collections.Immutable;
using Airgap.Oci.Registry;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Transfers;

/// <summary>A destination of the engine: says what it has, takes blobs, then manifests, then its finishing touch.</summary>
internal interface ITransferTarget : IAsyncDisposable
{
    /// <summary>Finds out what is there already.</summary>
    /// <returns>The blobs that have to be put; all others are there.</returns>
    Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Brings one blob there and verifies it.</summary>
    Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken);

    /// <summary>True when a manifest with all below it was there before.</summary>
    bool HasManifest(PlannedManifest manifest);

    /// <summary>Puts one manifest, after everything below it.</summary>
    Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken);

    /// <summary>Makes the relocation visible: locations and tags, or the archive's name. Called once, after all else succeeded.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Where an item is now, and under which tags.</summary>
    RelocatedItem Describe(PlannedItem item, BlobOutcome outcome);
}
