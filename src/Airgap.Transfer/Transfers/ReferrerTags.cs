using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Makes referrers discoverable at a registry that does not list them: in the index that clients keep under a tag.</summary>
/// <remarks>Source: OCI distribution specification 1.1, "Pushing Manifests with Subject" and "Referrers Tag Schema".</remarks>
internal static class ReferrerTags
{
    /// <summary>
    /// Adds the referrers among items to a repository's indexes. Listed manifests stay listed as long as they exist.
    /// </summary>
    public static Task RestoreAsync(
        IImageRepository repository, IEnumerable<PlannedItem> items, TransferOptions options, CancellationToken cancellationToken) =>
        RestoreAsync(repository, items.Select(item => item.Content.Manifest), options, cancellationToken);

    /// <summary>The same for manifests.</summary>
    public static Task RestoreAsync(
        IImageRepository repository, IEnumerable<Manifest> manifests, TransferOptions options, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
        manifests
            .Where(manifest => manifest.Subject is not null)
            .DistinctBy(manifest => manifest.Digest)
            .GroupBy(manifest => manifest.Subject!.Digest),
        new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = cancellationToken },
        async (referrers, token) =>
        {
            ReferrerList listed = await ListAsync(repository, referrers.Key, token);
            if (listed.FromApi)
                return;
            HashSet<Digest> known = [.. listed.Manifests.Select(descriptor => descriptor.Digest)];
            Manifest[] missing = [.. referrers.Where(manifest => !known.Contains(manifest.Digest)).OrderBy(manifest => manifest.Digest)];
            if (missing.Length == 0)
                return;
            string tag = ReferrerList.FallbackTag(referrers.Key);
            Manifest? old = await repository.FindManifestAsync(tag, token);
            if (old is { IsIndex: false })
            {
                throw new AirgapException(
                    ErrorCode.DestinationMismatch,
                    $"The tag {ImageReference.ByTag(repository.Name, tag)}, which is reserved for the artifacts of {referrers.Key}, has " +
                    $"other content: {old.Digest}.",
                    "Remove or rename that tag, or relocate without artifacts.")
                { Reference = ImageReference.ByTag(repository.Name, tag).ToString(), Digest = old.Digest.ToString() };
            }

            // Strict registries refuse an index with removed manifests.
            ConcurrentDictionary<Digest, bool> there = [];
            await Parallel.ForEachAsync(
                known,
                new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = token },
                async (digest, each) => there[digest] = await repository.ResolveAsync(digest.ToString(), each) is not null);
            await repository.PushManifestAsync(
                ReferrerIndex.Merge(old, known.Where(digest => there[digest]).ToHashSet(), missing), tag, token);
        });

    // If it is unknown whether a registry lists referrers, it also gets the clients' index, which hides nothing.
    private static async Task<ReferrerList> ListAsync(IImageRepository repository, Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.ListReferrersAsync(subject, cancellationToken);
        }
        catch (AirgapException)
        {
            Manifest? index = await repository.FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken);
            return new ReferrerList(index is { IsIndex: true } ? [.. index.Manifests] : [], FromApi: false);
        }
    }
}
