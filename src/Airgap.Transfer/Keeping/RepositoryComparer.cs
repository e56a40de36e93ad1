using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Compares a repository with its expected content: manifests and tags. Only a verification reads the bytes of layers.
/// </summary>
internal sealed class RepositoryComparer(IRegistry registry, int concurrency = 8)
{
    /// <summary>Compares.</summary>
    /// <param name="roots">The expected content, with everything it references.</param>
    /// <param name="repository">The repository; it need not exist.</param>
    /// <param name="withExtra">True to look for superfluous content.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException">1xxx: its registry does not answer.</exception>
    public async Task<RepositoryDifference> CompareAsync(
        IReadOnlyList<KeptRoot> roots, RepositoryName repository, bool withExtra, CancellationToken cancellationToken)
    {
        RepositoryTags tags = await RepositoryTags.ReadAsync(registry, repository, concurrency, cancellationToken);
        using RepositoryWalk walk = new(registry, repository, tags, concurrency);
        ReachableContent reach =
            await walk.FromAsync(roots.Select(root => (root.Digest, root.Origin)), asksElsewhere: true, cancellationToken);
        MissingContent[] missing = [.. reach.Missing.Where(each => each.Link?.Kind is null or LinkKind.Child or LinkKind.Pinned)];
        ILookup<Digest, KeptRoot> byDigest = roots.ToLookup(root => root.Digest);
        List<MissingEntry> lacks = [.. missing.Select(each => new MissingEntry(
            each.Elsewhere?.Kind ?? "manifest", each.Digest.ToString(), null,
            each.Parent is { } parent ? Words(each.Link!.Kind, parent) : byDigest[each.Digest].First().From))];

        ExpectedTags expected = ExpectedTags.Of(roots, reach, missing);
        // With --repo-based-tags, a content tag is prefixed with the source repository.
        HashSet<Digest> tagged = [
            .. tags.ByName.Where(tag => tag.Key.EndsWith($"-{ContentTag.Of(tag.Value)}", StringComparison.Ordinal))
            .Select(tag => tag.Value)];
        List<ChangedTag> changed = [];
        foreach ((string tag, ExpectedTag wanted) in expected.ByName)
        {
            Digest? actual = await tags.FindAsync(tag, cancellationToken);
            if (actual is null && wanted is { IsContentTag: true, Digest: { } content } && tagged.Contains(content))
                continue;
            if (actual is null && (wanted.Digest is not { } owner || reach.Present.ContainsKey(owner) || wanted.IsUsers))
                lacks.Add(new MissingEntry("tag", wanted.Digest?.ToString(), tag, wanted.Because));
            else if (actual is { } there && wanted.Digest is { } right && there != right)
                changed.Add(new ChangedTag(tag, right.ToString(), there.ToString(), wanted.Because));
        }

        return new RepositoryDifference
        {
            Repository = repository.ToString(),
            Lacks = [.. lacks],
            Changed = [.. changed],
            Extra = withExtra && tags.Refusal is null ? Extra(roots, tags, expected, reach) : null,
            Unknown = [.. Unknown(byDigest, reach, missing, tags, withExtra)],
            Present = reach.Present.Count,
            LeftOut = reach.LeftOut == 0 ? null : reach.LeftOut,
        };
    }

    /// <summary>The tags that no source requires.</summary>
    internal static ImmutableArray<ExtraTag> Extra(
        IReadOnlyList<KeptRoot> roots, RepositoryTags tags, ExpectedTags expected, ReachableContent reach)
    {
        HashSet<string> reached = [.. reach.Present.Keys.Select(DerivedTags.Key)];
        // Not every lock and receipt records an image's tag.
        HashSet<Digest> untold = [.. roots.Where(root => root.Tag is null && root.Tags.IsEmpty).Select(root => root.Digest)];
        return
        [
            .. tags.ByName
                .Where(tag => !expected.ByName.ContainsKey(tag.Key) && !untold.Contains(tag.Value)
                    && !(DerivedTags.SubjectOf(tag.Key) is { } subject && reached.Contains(subject)))
                .OrderBy(tag => tag.Key, StringComparer.Ordinal)
                .Select(tag => new ExtraTag(tag.Key, tag.Value.ToString(), reach.Present.ContainsKey(tag.Value))),
        ];
    }

    private static IEnumerable<string> Unknown(
        ILookup<Digest, KeptRoot> roots, ReachableContent reach, MissingContent[] missing, RepositoryTags tags, bool withExtra)
    {
        if (withExtra && tags.Refusal is { } refusal)
            yield return $"Superfluous content: {refusal.Message.TrimEnd('.')}.";
        foreach (MissingContent each in missing.Where(
            each => each.Elsewhere is null && each.Link?.IsLeaf != true && !roots[each.Digest].Any(root => root.IsListedWhole)))
            yield return $"The references of {each.Digest}: it is not there{(each.Problem is { } problem ? $", and {problem}" : "")}.";
        foreach ((Digest digest, ContentNode node) in reach.Present.Where(pair => pair.Value.Problem is not null))
            yield return $"The references of {digest}: {node.Problem!.TrimEnd('.')}.";
        foreach (MissingContent each in missing.Where(each => each.Elsewhere?.Problem is not null))
            yield return $"The references of {each.Digest}: {each.Elsewhere!.Problem!.TrimEnd('.')}.";
    }

    private static string Words(LinkKind kind, Digest parent) => kind == LinkKind.Child ? $"the index {parent}" : $"the bundle {parent}";
}
