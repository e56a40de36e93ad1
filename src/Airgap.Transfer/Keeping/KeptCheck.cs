using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Stops where it is unknown what belongs to something that is kept: of a bundle that is not there, or cannot be read, nothing shows
/// which images are its own.
/// </summary>
internal static class KeptCheck
{
    /// <param name="kept">What the roots lead to.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="roots">What is kept, and what keeps it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.KeptNotWhole"/>.</exception>
    public static void Require(Reach kept, RepositoryName repository, IReadOnlyDictionary<Digest, string> roots)
    {
        List<(string Problem, Digest Digest)> problems = [];
        foreach (MissingContent each in kept.Missing)
        {
            if (each.Link is null)
                problems.Add(($"{each.Digest}, which {roots[each.Digest]} keeps, is not in {repository}", each.Digest));
            else if (IsNeeded(each, kept, repository))
                problems.Add(($"{each.Digest}, which {each.Parent} leads to, is not in {repository}", each.Digest));
        }

        // A signature or another attachment that cannot be read leads to nothing but its own blobs.
        HashSet<Digest> leading = [
            .. roots.Keys, .. kept.Here.Values.SelectMany(node => node.Links)
            .Where(link => link is { Kind: LinkKind.Pinned or LinkKind.Child, IsLeaf: false }).Select(link => link.Target)];
        problems.AddRange(kept.Here.Where(pair => pair.Value.Problem is not null && leading.Contains(pair.Key))
            .Select(pair => ($"{pair.Key} cannot be read: {pair.Value.Problem!.TrimEnd('.')}", pair.Key)));
        if (problems is [var (problem, digest), ..])
        {
            throw new AirgapException(
                ErrorCode.KeptNotWhole,
                $"It cannot be told what to keep: {problem}{(problems.Count > 1 ? $", and {problems.Count - 1} more" : "")}.",
                "Relocate it there again, or name the repository that it is in.")
            { Reference = repository.ToString(), Digest = digest.ToString() };
        }
    }

    // What can lead to nothing itself may be missing: nothing of it could be removed by mistake.
    private static bool IsNeeded(MissingContent missing, Reach kept, RepositoryName repository)
    {
        if (missing.Link is not { IsLeaf: false } link)
            return false;
        // A bundle that was only pushed has its images where its lock says.
        return link.Kind != LinkKind.Pinned || link.Recorded == repository
            || IsRelocated(kept.Here[missing.Parent!.Value], kept, repository);
    }

    private static bool IsRelocated(ContentNode bundle, Reach kept, RepositoryName repository) => bundle.Links.Any(link =>
        link.Kind == LinkKind.Locations
            || (link.Kind == LinkKind.Pinned && link.Recorded != repository && kept.Here.ContainsKey(link.Target)));
}
