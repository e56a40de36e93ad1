using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A blob for a destination that lost it. A plan may read existing content at the destination, so the blob is read from the original source
/// of one of its images, the first that has it.
/// </summary>
internal sealed class FallbackContent(Descriptor descriptor, IReadOnlyList<IBlobContent> places) : IBlobContent
{
    public Descriptor Descriptor => descriptor;

    /// <summary>A blob's bytes from the plan or, if these are the destination's own, from the plan's sources.</summary>
    public static IBlobContent Of(PlannedBlob blob, TransferPlan plan, IRegistry registry, RepositoryName destination)
    {
        if (blob.Content is MemoryBlobContent || blob.Origin != destination)
            return blob.Content;
        RepositoryName[] places =
        [
            .. plan.Items.Where(item =>
                item.Content.SelfAndDescendants().Any(node => node.Blobs.Any(known => known.Digest == blob.Descriptor.Digest)))
                .SelectMany(item => new[] { item.Source.Repository, Original(item), plan.Root?.Source.Repository })
                .OfType<RepositoryName>()
                .Where(place => place != destination)
                .Distinct(),
        ];
        return places.Length == 0 ? blob.Content
            : new FallbackContent(blob.Descriptor, [.. places.Select(place => registry.GetRepository(place).GetBlob(blob.Descriptor))]);
    }

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        new(FirstAsync(place => place.OpenAsync(offset, cancellationToken).AsTask()));

    public Task<T> ReadWholeAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        FirstAsync(place => place.ReadWholeAsync(read, cancellationToken));

    private async Task<T> FirstAsync<T>(Func<IBlobContent, Task<T>> open)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await open(places[i]);
            }
            catch (AirgapException e) when (i < places.Count - 1 && IsElsewhere(e.Code))
            {
                // Another source may have it.
            }
        }
    }

    private static bool IsElsewhere(ErrorCode code) => code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.ManifestUnknown
        or ErrorCode.RepositoryUnknown or ErrorCode.BlobUnknown or ErrorCode.RegistryUnreachable;

    private static RepositoryName? Original(PlannedItem item) =>
        ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _) ? original.Repository : null;
}
