using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Finds artifacts that a plan leaves behind, with few requests: one list of tags for each of at most 16 repositories,
/// the referrers of one image, and the referrers lists that the tags name. All requests are sent once, without retries;
/// after a failure the artifacts are unknown.
/// </summary>
internal sealed class UncopiedArtifacts(SourceReader reader, ITransferObserver observer)
{
    private const int MostRepositories = 16;
    private const int MostLists = 16;

    /// <summary>The kinds of artifacts that belong to items but are not in the plan.</summary>
    /// <param name="items">The images of the plan.</param>
    /// <param name="planned">All items of the plan.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task<List<ArtifactKind>> FindAsync(
        IReadOnlyCollection<PlannedItem> items, IReadOnlyCollection<PlannedItem> planned, CancellationToken cancellationToken)
    {
        HashSet<Digest> taken = [.. planned.Select(item => item.Digest)];
        HashSet<string> takenTags = [.. planned.Select(item => item.Tag).OfType<string>()];
        PlannedItem? root = items.FirstOrDefault(item => item.IsRootBundle) ?? items.FirstOrDefault();
        IGrouping<RepositoryName, PlannedItem>[] repositories =
        [
            .. items.GroupBy(item => item.Source.Repository).OrderByDescending(group => group.Key == root!.Source.Repository)
            .ThenByDescending(group => group.Count()).Take(MostRepositories),
        ];
        List<ArtifactKind>[] found = await Task.WhenAll(repositories.Select(async group =>
        {
            HashSet<Digest> subjects =
                [.. group.SelectMany(item => item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)];
            return await FindAsync(group.Key, subjects, group.Key == root!.Source.Repository ? root.Digest : null, taken,
                takenTags, cancellationToken);
        }));
        return [.. found.SelectMany(kinds => kinds)];
    }

    /// <summary>The warning.</summary>
    public static Diagnostic Warning(IReadOnlyCollection<ArtifactKind> left) => new(
        ErrorCode.ArtifactsLeftBehind,
        $"At least {ArtifactKinds.Count(left)} that belong{(left.Count == 1 ? "s" : "")} to these images " +
        $"stay{(left.Count == 1 ? "s" : "")} behind.",
        $"To copy them, {AdviceTerms.AllArtifacts}.");

    private async Task<List<ArtifactKind>> FindAsync(
        RepositoryName repository, HashSet<Digest> subjects, Digest? asked, HashSet<Digest> taken, HashSet<string> takenTags,
        CancellationToken cancellationToken)
    {
        List<ArtifactKind> found = [];
        HashSet<Digest> listed = [];
        try
        {
            IReadOnlyList<string> tags = await reader.PeekTagsAsync(repository, cancellationToken);
            foreach (string tag in tags.Where(
                tag => CosignTags.SubjectOf(tag) is { } subject && subjects.Contains(subject) && !takenTags.Contains(tag)))
                found.Add(ArtifactKinds.OfTag(tag));
            Dictionary<string, Digest> fallbacks =
                subjects.GroupBy(ReferrerList.FallbackTag).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
            foreach (string tag in tags.Where(fallbacks.ContainsKey).Take(MostLists))
            {
                if (await reader.LookForManifestAsync(repository, tag, cancellationToken) is { IsIndex: true } index)
                    Count(index.Manifests);
            }

            if (asked is { } root)
                Count((await reader.PeekReferrersAsync(repository, root, cancellationToken)).Manifests);
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            observer.Detail($"Further artifacts of images of {repository} are unknown: {e.Message}");
        }

        return found;

        void Count(IEnumerable<Descriptor> referrers) => found.AddRange(
            referrers.Where(referrer => !taken.Contains(referrer.Digest) && listed.Add(referrer.Digest))
            .Select(referrer => ArtifactKinds.OfType(referrer.ArtifactType ?? "")));
    }
}
