using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Fails if the content that belongs to a kept manifest is unknown: the images of a missing or unreadable bundle cannot
/// be determined.
/// </summary>
internal static class KeptCheck
{
    /// <param name="kept">The manifests that the roots reference.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="roots">The kept manifests, and the sources that keep them.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.KeptNotWhole"/>.</exception>
    public static void Require(ReachableContent kept, RepositoryName repository, IReadOnlyDictionary<Digest, string> roots)
    {
        List<(string Problem, Digest Digest)> problems = [];
        foreach (MissingContent each in kept.Missing)
        {
            if (each.Link is null)
                problems.Add(($"{each.Digest}, which {roots[each.Digest]} keeps, is not in {repository}", each.Digest));
            else if (IsNeeded(each, kept, repository))
                problems.Add(($"{each.Digest}, which {each.Parent} references, is not in {repository}", each.Digest));
        }

        // An unreadable signature or other attachment references only its own blobs.
        HashSet<Digest> leading = [
            .. roots.Keys, .. kept.Present.Values.SelectMany(node => node.Links)
            .Where(link => link is { Kind: LinkKind.Pinned or LinkKind.Child, IsLeaf: false }).Select(link => link.Target)];
        problems.AddRange(kept.Present.Where(pair => pair.Value.Problem is not null && leading.Contains(pair.Key))
            .Select(pair => ($"{pair.Key} cannot be read: {pair.Value.Problem!.TrimEnd('.')}", pair.Key)));
        if (problems is [var (problem, digest), ..])
        {
            throw new AirgapException(
                ErrorCode.KeptNotWhole,
                $"The content to keep cannot be determined: {problem}{(problems.Count > 1 ? $", and {problems.Count - 1} more" : "")}.",
                "Relocate it there again, or name the repository that contains it.")
            { Reference = repository.ToString(), Digest = digest.ToString() };
        }
    }

    // A manifest without references may be missing, since nothing of it could be removed by mistake.
    private static bool IsNeeded(MissingContent missing, ReachableContent kept, RepositoryName repository)
    {
        if (missing.Link is not { IsLeaf: false } link)
            return false;
        // A bundle that was only pushed has its images at the locations in its lock.
        return link.Kind != LinkKind.Pinned || link.Recorded == repository
            || IsRelocated(kept.Present[missing.Parent!.Value], kept, repository);
    }

    private static bool IsRelocated(ContentNode bundle, ReachableContent kept, RepositoryName repository) => bundle.Links.Any(link =>
        link.Kind == LinkKind.Locations
            || (link.Kind == LinkKind.Pinned && link.Recorded != repository && kept.Present.ContainsKey(link.Target)));
}
