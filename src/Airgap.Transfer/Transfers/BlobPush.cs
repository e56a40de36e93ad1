using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Puts single blobs into a repository: mounted, sent, or sent again where damaged.</summary>
/// <param name="registry">The registries.</param>
/// <param name="repository">The destination.</param>
/// <param name="plan">The content.</param>
/// <param name="present">The content of the destination.</param>
/// <param name="evidence">Checks what was sent again.</param>
/// <param name="help">Fetches long blobs in parts; null for none.</param>
internal sealed class BlobPush(
    IRegistry registry, IImageRepository repository, TransferPlan plan, PresentImages present, BlobEvidence evidence, PartHelp? help)
{
    /// <summary>The repository of the same registry from which a blob can be mounted; null for none.</summary>
    public RepositoryName? MountableFrom(PlannedBlob blob) => blob.Origin?.Registry == repository.Name.Registry ? blob.Origin : null;

    /// <summary>The longest blobs first; but an upload that is open does not wait behind them, because it may expire.</summary>
    public IEnumerable<PlannedBlob> Order(IEnumerable<PlannedBlob> missing) => missing
        .OrderByDescending(blob => present.Ahead?.Has(blob.Descriptor.Digest) == true).ThenByDescending(blob => blob.Descriptor.Size);

    /// <summary>Puts one blob.</summary>
    public async Task<BlobOutcome> PutAsync(PlannedBlob blob, IProgress<long> progress, CancellationToken cancellationToken)
    {
        if (present.Damaged.Contains(blob.Descriptor.Digest))
        {
            // The registry had this blob and lost it, so its responses about it, including a mount, prove nothing.
            await repository.ReplaceBlobAsync(FallbackContent.Of(blob, plan, registry, repository.Name), progress, cancellationToken);
            await evidence.RequireAsync(blob.Descriptor, cancellationToken);
            return BlobOutcome.Copied;
        }

        RepositoryName? mountFrom = MountableFrom(blob);
        IBlobContent content = help is null ? blob.Content : blob.Content.HelpedBy(help);
        if (mountFrom is null && present.Ahead is { } ahead
            && await ahead.FindAsync(blob.Descriptor.Digest, cancellationToken) is { } opened)
            return await repository.PushOpenedBlobAsync(content, opened, progress, cancellationToken);
        if (!present.Tags.IsEmpty || mountFrom is not null || blob.Origin is null || blob.Content is MemoryBlobContent)
            return await repository.PushBlobAsync(content, mountFrom, progress, cancellationToken);

        // A new repository is empty, so the bytes will be needed: they are requested while the upload is opened.
        await using PrefetchedBlob prefetched = new(content, cancellationToken);
        return await repository.PushBlobAsync(prefetched, mountFrom, progress, cancellationToken);
    }
}
