using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>Finds content without references from kept content. Changes nothing.</summary>
/// <param name="registry">The registries.</param>
/// <param name="clock">The clock.</param>
/// <param name="concurrency">The number of concurrent requests, 1 or more.</param>
internal sealed class PrunePlanner(IRegistry registry, TimeProvider clock, int concurrency = 8)
{
    /// <summary>Makes a plan.</summary>
    /// <param name="roots">The kept manifests.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="grace">The minimum age of a manifest; zero for any age.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="staleTags">True to also remove tags of kept content that no source names.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.DeletionUnsupported"/>, <see cref="ErrorCode.TagsNotListed"/>, <see cref="ErrorCode.KeptNotWhole"/>; 1xxx: the
    /// registry.
    /// </exception>
    public async Task<PrunePlan> PlanAsync(
        IReadOnlyList<KeptRoot> roots, RepositoryName repository, TimeSpan grace, CancellationToken cancellationToken,
        bool staleTags = false)
    {
        IImageRepository at = registry.GetRepository(repository);
        await DeletionProbe.RequireAsync(at, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        RepositoryTags tags = await ReadTagsAsync(registry, repository, concurrency, cancellationToken);
        using RepositoryWalk walk = new(registry, repository, tags, concurrency);
        List<string> notes = [.. PruneNotes.Always];
        List<KeptRoot> kept = [.. roots];
        // If a tag has moved since the lock was written, both manifests are kept, because it is unknown which one is right.
        foreach (KeptRoot root in roots)
        {
            if (root.Tag is { } tag && tags.ByName.TryGetValue(tag, out Digest actual) && actual != root.Digest)
            {
                kept.Add(new KeptRoot(actual, $"the tag {tag}") { Tag = tag });
                notes.Add($"The tag {tag} points to {actual}, but {root.From} names {root.Digest}: both are kept.");
            }
        }

        ReachableContent reach = await walk.FromAsync(
            kept.Select(root => (root.Digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        KeptCheck.Require(reach, repository, kept.DistinctBy(root => root.Digest).ToDictionary(root => root.Digest, root => root.From));
        ReachableContent all = await walk.FromAsync(
            tags.ByName.Values.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        Dictionary<Digest, ContentNode> removed = all.Present.Where(pair => !reach.Present.ContainsKey(pair.Key)).ToDictionary();

        IReadOnlyDictionary<Digest, DateTimeOffset?> stored = await AgesAsync(at, removed.Keys, cancellationToken);
        List<PruneRetained> left = [];
        Digest[] young = [.. removed.Keys.Where(digest => stored[digest] is { } time && time > now - grace).Order()];
        ReachableContent spared = await walk.FromAsync(
            young.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        foreach (Digest digest in spared.Present.Keys.Where(removed.Remove).Order())
        {
            bool isYoung = stored[digest] is { } time && time > now - grace;
            left.Add(new PruneRetained(digest.ToString(), null,
                isYoung ? $"it was stored at {PrunePlanFile.Time(stored[digest]!.Value)}, within the grace period"
                : "content within the grace period references it"));
        }

        bool isAgeUnknown = removed.Keys.Any(digest => stored[digest] is null);
        if (isAgeUnknown)
            notes.Add(grace > TimeSpan.Zero ? PruneNotes.AgeUnknown : PruneNotes.NoGrace);
        ILookup<Digest, string> tagsOf = tags.ByName.ToLookup(tag => tag.Value, tag => tag.Key);
        List<PruneTag> stale = [.. Stale(tags, removed)];
        PruneTag[] unnamed = [.. Unnamed(kept, tags, reach).Where(tag => !stale.Exists(other => other.Tag == tag.Tag))];
        if (staleTags)
            stale.AddRange(unnamed);
        else
            left.AddRange(unnamed.Select(tag => new PruneRetained(tag.Digest, tag.Tag, tag.Because)));
        bool isTagAgeUnknown = staleTags && unnamed.Length > 0;
        if (isTagAgeUnknown)
            notes.Add(PruneNotes.TagAgeUnknown);
        PruneGarbage garbage = Garbage(
            removed, all.Present.Where(pair => !removed.ContainsKey(pair.Key)).Concat(reach.Present).Select(pair => pair.Value));
        HashSet<Digest> locations =
            [.. all.Present.Values.SelectMany(node => node.Links).Where(link => link.Kind == LinkKind.Locations)
                .Select(link => link.Target)];
        HashSet<Digest> artifacts = [
            .. all.Present.Values.SelectMany(node => node.Links).Where(link => link.Kind is LinkKind.Artifact or LinkKind.Referrer)
            .Select(link => link.Target)];
        PruneItem[] items =
        [
            .. RemovalOrder.Of(removed, digest => tagsOf[digest].Any(tag => DerivedTags.SubjectOf(tag) is null))
            .Select(digest => new PruneItem(
                digest.ToString(),
                removed[digest].Descriptor.Size == 0 ? "manifest"
                : locations.Contains(digest) ? "locations" : artifacts.Contains(digest) ? "artifact" : removed[digest].Kind,
                [.. tagsOf[digest].Order(StringComparer.Ordinal)],
                stored[digest] is { } time ? PrunePlanFile.Time(time) : null)),
        ];
        return new PrunePlan
        {
            Repository = repository.ToString(),
            Made = PrunePlanFile.Time(now),
            GraceSeconds = grace.TotalSeconds,
            NotBefore = (isAgeUnknown || isTagAgeUnknown) && grace > TimeSpan.Zero ? PrunePlanFile.Time(now + grace) : null,
            Summary = PruneNotes.Summary(repository, items, stale.Count, garbage),
            Keep = [.. kept.DistinctBy(root => (root.Digest, root.Tag, root.From))
                .Select(root => new PruneRoot(root.Digest.ToString(), root.Tag, root.From))],
            Remove = [.. items],
            StaleTags = stale.Count == 0 ? null : [.. stale],
            Left = [.. left],
            Tags = tags.ByName.Where(tag => !removed.ContainsKey(tag.Value) && !stale.Exists(other => other.Tag == tag.Key))
            .ToImmutableSortedDictionary(tag => tag.Key, tag => tag.Value.ToString(), StringComparer.Ordinal),
            Garbage = garbage,
            Notes = [.. notes],
        };
    }

    /// <summary>Reads the tags of a repository, which must be known.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TagsNotListed"/>; 1xxx: the registry.</exception>
    public static async Task<RepositoryTags> ReadTagsAsync(
        IRegistry registry, RepositoryName repository, int concurrency, CancellationToken cancellationToken)
    {
        RepositoryTags tags = await RepositoryTags.ReadAsync(registry, repository, concurrency, cancellationToken);
        return tags.Refusal is not { } refusal ? tags : throw new AirgapException(
            ErrorCode.TagsNotListed,
            $"The tags of {repository} are not known, so nothing can be removed safely: {refusal.Message.TrimEnd('.')}.",
            "Use credentials that may list the repository's tags.",
            refusal)
        { Reference = repository.ToString(), StatusCode = refusal.StatusCode };
    }

    private async Task<IReadOnlyDictionary<Digest, DateTimeOffset?>> AgesAsync(
        IImageRepository repository, IEnumerable<Digest> digests, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<Digest, DateTimeOffset?> ages = new();
        await Parallel.ForEachAsync(
            digests,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, concurrency), CancellationToken = cancellationToken },
            async (digest, token) => ages[digest] = await repository.FindStoredTimeAsync(digest, token));
        return ages;
    }

    // Tags named after a removed digest are removed.
    private static IEnumerable<PruneTag> Stale(RepositoryTags tags, Dictionary<Digest, ContentNode> removed)
    {
        HashSet<string> gone = [.. removed.Keys.Select(DerivedTags.Key)];
        return tags.ByName
            .Where(tag => !removed.ContainsKey(tag.Value) && DerivedTags.SubjectOf(tag.Key) is { } subject && gone.Contains(subject))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => new PruneTag(tag.Key, tag.Value.ToString(), "it is named after a manifest that is removed"));
    }

    private static IEnumerable<PruneTag> Unnamed(IReadOnlyList<KeptRoot> kept, RepositoryTags tags, ReachableContent reach) =>
        RepositoryComparer.Extra(kept, tags, ExpectedTags.Of(kept, reach, []), reach)
            .Where(tag => tag.Needed)
            .Select(tag => new PruneTag(tag.Tag, tag.Digest, "it points to a kept manifest, and no kept source names it"));

    private static PruneGarbage Garbage(Dictionary<Digest, ContentNode> removed, IEnumerable<ContentNode> staying)
    {
        HashSet<Digest> used = [.. staying.SelectMany(node => node.Blobs).Select(blob => blob.Digest)];
        Descriptor[] blobs = [.. removed.Values.SelectMany(node => node.Blobs).DistinctBy(blob => blob.Digest)
            .Where(blob => !used.Contains(blob.Digest))];
        return new PruneGarbage(blobs.Length, blobs.Sum(blob => blob.Size));
    }
}
