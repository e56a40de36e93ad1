using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Carries out a prune plan: removes only what the plan lists, and only if it is unchanged. Kept content is never
/// touched, so an interrupted run leaves it complete, and another run continues.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="clock">The clock.</param>
/// <param name="concurrency">The number of concurrent requests while the repository is read, 1 or more.</param>
internal sealed class PruneExecutor(IRegistry registry, TimeProvider clock, int concurrency = 8)
{
    /// <summary>The minimum time for which a listing of the tags stays valid.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for a deletion that the registry accepted.</summary>
    public TimeSpan RemovalLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Carries out a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="done">Receives each manifest as soon as it is handled.</param>
    /// <param name="cancellationToken">Cancels it between two manifests.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.GraceNotOver"/>, <see cref="ErrorCode.DeletionUnsupported"/>, <see cref="ErrorCode.TagsNotListed"/>,
    /// <see cref="ErrorCode.KeptNotWhole"/>: nothing was removed; <see cref="ErrorCode.PrunedWhileNeeded"/>,
    /// <see cref="ErrorCode.TagVanished"/>: content was pushed or tagged at the same time; <see cref="ErrorCode.StillThere"/>,
    /// <see cref="ErrorCode.TagTookManifest"/> or 1xxx: the registry, perhaps after some removals.
    /// </exception>
    public async Task RunAsync(PrunePlan plan, Action<PrunedItem> done, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (PrunePlanFile.TryReadTime(plan.NotBefore, out DateTimeOffset from) && now < from)
        {
            throw new AirgapException(
                ErrorCode.GraceNotOver,
                $"The plan of {plan.Repository} may be carried out from {plan.NotBefore} on: its registry does not report the age of its " +
                "manifests, so the grace period starts with the plan.",
                "Wait until then, or make a plan with a shorter grace period.")
            { Reference = plan.Repository };
        }

        RepositoryName name = RepositoryName.Parse(plan.Repository);
        IImageRepository repository = registry.GetRepository(name);
        await DeletionProbe.RequireAsync(repository, cancellationToken);
        ConcurrentTags late = new(registry, name, clock, concurrency) { Interval = LookInterval };
        RepositoryTags tags = await late.ReadAsync(cancellationToken);
        using RepositoryWalk walk = new(registry, name, tags, concurrency);
        HashSet<Digest> stays = await StaysAsync(plan, walk, tags, cancellationToken);
        _ = PrunePlanFile.TryReadTime(plan.Made, out DateTimeOffset made);
        ManifestRemover remover = new(repository) { Limit = RemovalLimit };
        HashSet<Digest> removed = [];
        foreach (PruneItem item in plan.Remove)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stays.UnionWith(await late.FindAsync(always: false, cancellationToken));
            Digest digest = Digest.Parse(item.Digest);
            PruneOutcome outcome = await RemoveAsync(repository, remover, walk, item, digest, stays, made, cancellationToken);
            if (outcome == PruneOutcome.Removed)
                removed.Add(digest);
            done(new PrunedItem(item, outcome));
        }

        await remover.RemoveTagsAsync(plan, stays, cancellationToken);
        StaleTagRemover staleTags = new(repository, tags, remover);
        foreach (PruneTag stale in plan.StaleTags is { IsDefault: false } listed ? listed : [])
            done(await staleTags.RemoveAsync(stale, cancellationToken));
        if (removed.Count > 0)
            await PruneDamage.RequireNoneAsync(late, plan, removed, name, cancellationToken);
    }

    // The content that the plan keeps, and every tag that differs from the plan, with everything that they reference now.
    private static async Task<HashSet<Digest>> StaysAsync(
        PrunePlan plan, RepositoryWalk walk, RepositoryTags tags, CancellationToken cancellationToken)
    {
        Dictionary<Digest, string> roots = [];
        foreach (PruneRoot root in plan.Keep)
            roots.TryAdd(Digest.Parse(root.Digest), root.From);
        ReachableContent kept = await walk.FromAsync(
            roots.Keys.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        KeptCheck.Require(kept, walk.Repository, roots);
        Dictionary<string, Digest> removed = plan.Remove
            .SelectMany(item => item.Tags.Select(tag => (tag, Digest.Parse(item.Digest))))
            .DistinctBy(tag => tag.tag)
            .ToDictionary(tag => tag.tag, tag => tag.Item2, StringComparer.Ordinal);
        Digest[] others = [.. tags.ByName.Where(tag => !removed.TryGetValue(tag.Key, out Digest planned) || planned != tag.Value)
            .Select(tag => tag.Value)];
        ReachableContent also = await walk.FromAsync(
            others.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        return [.. kept.Present.Keys, .. also.Present.Keys];
    }

    private static async Task<PruneOutcome> RemoveAsync(
        IImageRepository repository, ManifestRemover remover, RepositoryWalk walk, PruneItem item, Digest digest, HashSet<Digest> stays,
        DateTimeOffset made, CancellationToken cancellationToken)
    {
        if (stays.Contains(digest))
            return PruneOutcome.Needed;
        if (await repository.ResolveAsync(item.Digest, cancellationToken) is null)
            return PruneOutcome.Gone;
        DateTimeOffset? stored = await repository.FindStoredTimeAsync(digest, cancellationToken);
        if (stored is { } time && (item.Stored is { } known ? PrunePlanFile.Time(time) != known : time > made))
            return await SpareAsync(walk, digest, stays, cancellationToken);

        RemovalResult removal = await remover.TryAsync(item.Digest, stored, cancellationToken);
        if (removal.IsRenewed)
            return await SpareAsync(walk, digest, stays, cancellationToken);
        AirgapException? refusal = removal.Refusal;
        if (refusal is not null && item.Tags.Length > 0)
        {
            // Some registries require removing the tags first; each points to this manifest, which is removed anyway.
            foreach (string tag in item.Tags)
            {
                if ((await repository.ResolveAsync(tag, cancellationToken))?.Digest == digest)
                    await remover.TryAsync(tag, null, cancellationToken);
            }

            removal = await remover.TryAsync(item.Digest, stored, cancellationToken);
            if (removal.IsRenewed)
                return await SpareAsync(walk, digest, stays, cancellationToken);
            refusal = removal.Refusal;
        }

        return refusal is null ? PruneOutcome.Removed : throw refusal;
    }

    // The client that pushed it again relies on its references.
    private static async Task<PruneOutcome> SpareAsync(
        RepositoryWalk walk, Digest digest, HashSet<Digest> stays, CancellationToken cancellationToken)
    {
        stays.UnionWith((await walk.FromAsync([(digest, null)], asksElsewhere: false, cancellationToken)).Present.Keys);
        return PruneOutcome.Renewed;
    }
}
