using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Finds the layers that a delta archive requires from elsewhere: at the destination, or in another repository of its registry. Reads only.
/// </summary>
internal sealed class RequiredLayers(
    IRegistry registry, RepositoryName destination, BlobEvidence evidence, TransferPlan plan, TransferOptions options,
    ITransferObserver observer)
{
    // A delta can record any number of repositories, and each costs a request per layer. All repositories that the user named are checked.
    private const int MostRecorded = 16;

    private readonly ImmutableArray<RepositoryName> _places = PlacesOf(plan, destination, options);

    /// <summary>Searches for the missing layers that are not in the archive.</summary>
    /// <param name="missing">The layers that the destination may not have.</param>
    /// <param name="damaged">The layers that are damaged at the destination.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>
    /// The layers to send, each with its source; a layer without a source is returned unchanged if the run continues
    /// without it.
    /// </returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DeltaLayersMissing"/>, with all of them.</exception>
    public async Task<ImmutableArray<PlannedBlob>> FindAsync(
        ImmutableArray<PlannedBlob> missing, IReadOnlySet<Digest> damaged, CancellationToken cancellationToken)
    {
        if (plan.SourceDelta is null)
            return missing;
        ConcurrentDictionary<Digest, PlannedBlob?> found = [];
        await Parallel.ForEachAsync(
            missing.Where(blob => blob.Content is RequiredLayerContent),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = cancellationToken },
            async (blob, token) => found[blob.Descriptor.Digest] = await LookAsync(blob, damaged.Contains(blob.Descriptor.Digest), token));
        ImmutableArray<PlannedBlob> wanted = [
            .. missing.Select(blob => found.TryGetValue(blob.Descriptor.Digest, out PlannedBlob? place) ? place : blob)
            .OfType<PlannedBlob>()];
        RequiredLayerContent[] nowhere = [.. wanted.Select(blob => blob.Content).OfType<RequiredLayerContent>()];
        if (nowhere.Length > 0 && !options.KeepGoing)
            throw RequiredLayerContent.Missing(nowhere, destination.ToString());
        return wanted;
    }

    /// <summary>Fails if a delta lacks layers that only the archive may supply.</summary>
    /// <param name="blobs">The blobs to send.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DeltaLayersMissing"/>.</exception>
    public static void Refuse(IEnumerable<PlannedBlob> blobs)
    {
        RequiredLayerContent[] nowhere = [.. blobs.Select(blob => blob.Content).OfType<RequiredLayerContent>()];
        if (nowhere.Length > 0)
            throw RequiredLayerContent.Missing(nowhere, null);
    }

    // Null for one that the destination has.
    private async Task<PlannedBlob?> LookAsync(PlannedBlob blob, bool isDamaged, CancellationToken cancellationToken)
    {
        if (!isDamaged && await evidence.HasAsync(blob.Descriptor, cancellationToken))
            return null;
        foreach (RepositoryName place in _places)
        {
            try
            {
                if (await registry.GetRepository(place).HasBlobAsync(blob.Descriptor, cancellationToken))
                    return new PlannedBlob(registry.GetRepository(place).GetBlob(blob.Descriptor), place);
            }
            catch (AirgapException e) when (e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.RepositoryUnknown
                or ErrorCode.BlobUnknown)
            {
                observer.Detail($"{place} does not show {blob.Descriptor.Digest}: {e.Message}");
            }
        }

        return blob;
    }

    private static ImmutableArray<RepositoryName> PlacesOf(TransferPlan plan, RepositoryName destination, TransferOptions options)
    {
        if (plan.SourceDelta is not { } delta)
            return [];
        IEnumerable<RepositoryName> recorded = delta.Bases
            .SelectMany(known => known.Repositories.Concat(known.Roots.Select(RepositoryOf).OfType<RepositoryName>()))
            .Concat(plan.Items.Select(item => item.Source.Repository));
        return [.. options.MountFrom.Where(Fits).Concat(recorded.Where(Fits).Distinct().Take(MostRecorded)).Distinct()];

        bool Fits(RepositoryName place) => place.Registry == destination.Registry && place != destination;
    }

    private static RepositoryName? RepositoryOf(string root) =>
        ImageReference.TryParse(root, out ImageReference? reference, out _) ? reference.Repository : null;
}
