using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>A target that delegates to another target everything except the check before the transfer.</summary>
/// <param name="inner">The other target.</param>
internal abstract class DelegatingTarget(ITransferTarget inner) : ITransferTarget
{
    /// <summary>The other target.</summary>
    protected ITransferTarget Inner { get; } = inner;

    public ImmutableArray<WrittenFile> Written => Inner.Written;

    public PlannedManifest? First => Inner.First;

    public abstract Task<ImmutableArray<PlannedBlob>> PrepareAsync(CancellationToken cancellationToken);

    public Task<ImmutableArray<RelocatedBlob>> ForecastAsync(CancellationToken cancellationToken) => Inner.ForecastAsync(cancellationToken);

    public Task<bool> HasTagsAsync(CancellationToken cancellationToken) => Inner.HasTagsAsync(cancellationToken);

    public IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => Inner.Order(missing);

    public Task<BlobOutcome> PutBlobAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken) =>
        Inner.PutBlobAsync(blob, progress, cancellationToken);

    public bool HasManifest(PlannedManifest manifest) => Inner.HasManifest(manifest);

    public Task PutManifestAsync(PlannedManifest manifest, CancellationToken cancellationToken) =>
        Inner.PutManifestAsync(manifest, cancellationToken);

    public bool IsLost(AirgapException failure) => Inner.IsLost(failure);

    public Task CompleteAsync(ImageFailures failures, CancellationToken cancellationToken) =>
        Inner.CompleteAsync(failures, cancellationToken);

    public RelocatedItem Describe(PlannedItem item, BlobOutcome outcome) => Inner.Describe(item, outcome);

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
