using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Carries out a prune plan: exactly what it removes, and of that only what is still as it was. What is kept is never touched, so that a
/// run that ends in the middle leaves it whole; another run goes on.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="concurrency">Concurrent requests while the repository is read, 1 or more.</param>
internal sealed class PruneExecutor(IRegistry registry, TimeProvider clock, int concurrency = 8)
{
    /// <summary>For how long a look at the tags counts at least.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Carries out a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="done">Is told each manifest, as soon as it is dealt with.</param>
    /// <param name="cancellationToken">Ends it between two manifests.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.GraceNotOver"/>, <see cref="ErrorCode.DeletionUnsupported"/>, <see cref="ErrorCode.TagsNotListed"/>,
    /// <see cref="ErrorCode.KeptNotWhole"/>: nothing was removed; <see cref="ErrorCode.PrunedWhileNeeded"/>: something came at the same
    /// time; <see cref="ErrorCode.StillThere"/>, <see cref="ErrorCode.TagTookManifest"/> or 1xxx: the registry, in the middle perhaps.
    /// </exception>
    public async Task RunAsync(PrunePlan plan, Action<PrunedItem> done, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (PrunePlanFile.TryReadTime(plan.NotBefore, out DateTimeOffset from) && now < from)
        {
            throw new AirgapException(
                ErrorCode.GraceNotOver,
                $"The plan of {plan.Repository} may be carried out from {plan.NotBefore} on: its registry does not say how old its " +
                "manifests are, so the grace counts from the plan.",
                "Wait until then, or make a plan with a shorter grace.")
            { Reference = plan.Repository };
        }

        RepositoryName name = RepositoryName.Parse(plan.Repository);
        IImageRepository repository = registry.GetRepository(name);
        await DeletionProbe.RequireAsync(repository, cancellationToken);
        LateTags late = new(registry, name, clock, concurrency) { Interval = LookInterval };
        RepositoryTags tags = await late.ReadAsync(cancellationToken);
        using RepositoryWalk walk = new(registry, name, tags, concurrency);
        HashSet<Digest> stays = await StaysAsync(plan, walk, tags, cancellationToken);
        _ = PrunePlanFile.TryReadTime(plan.Made, out DateTimeOffset made);
        HashSet<Digest> removed = [];
        foreach (PruneItem item in plan.Remove)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stays.UnionWith(await late.FindAsync(always: false, cancellationToken));
            Digest digest = Digest.Parse(item.Digest);
            PruneOutcome outcome = await RemoveAsync(repository, walk, item, digest, stays, made, cancellationToken);
            if (outcome == PruneOutcome.Removed)
                removed.Add(digest);
            done(new PrunedItem(item, outcome));
        }

        await RemoveTagsAsync(repository, plan, stays, cancellationToken);
        StaleTagRemover remover = new(repository, tags);
        foreach (PruneTag stale in plan.StaleTags is { IsDefault: false } listed ? listed : [])
            done(await remover.RemoveAsync(stale, cancellationToken));
        if (removed.Count > 0)
            await RequireUnhurtAsync(late, removed, name, cancellationToken);
    }

    // The time between a look and a deletion cannot be nothing; what fell into it is found now.
    private static async Task RequireUnhurtAsync(
        LateTags late, HashSet<Digest> removed, RepositoryName name, CancellationToken cancellationToken)
    {
        await late.FindAsync(always: true, cancellationToken);
        Digest[] hurt = [.. late.Missing.Where(removed.Contains)];
        if (hurt.Length > 0)
        {
            throw new AirgapException(
                ErrorCode.PrunedWhileNeeded,
                "Something was tagged in " +
                $"{name} while it was cleaned up, and leads to {hurt.Length} of the manifests that were removed, such as {hurt[0]}.",
                "Run the relocation that was under way once more: it sends what is missing. Prune when none is.")
            { Reference = name.ToString(), Digest = hurt[0].ToString() };
        }
    }

    // What the plan keeps, and every tag that is not as the plan has it, with all that they lead to now.
    private static async Task<HashSet<Digest>> StaysAsync(
        PrunePlan plan, RepositoryWalk walk, RepositoryTags tags, CancellationToken cancellationToken)
    {
        Dictionary<Digest, string> roots = [];
        foreach (PruneRoot root in plan.Keep)
            roots.TryAdd(Digest.Parse(root.Digest), root.From);
        Reach kept = await walk.FromAsync(
            roots.Keys.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        KeptCheck.Require(kept, walk.Repository, roots);
        Dictionary<string, Digest> removed = plan.Remove
            .SelectMany(item => item.Tags.Select(tag => (tag, Digest.Parse(item.Digest))))
            .DistinctBy(tag => tag.tag)
            .ToDictionary(tag => tag.tag, tag => tag.Item2, StringComparer.Ordinal);
        Digest[] others = [.. tags.ByName.Where(tag => !removed.TryGetValue(tag.Key, out Digest planned) || planned != tag.Value)
            .Select(tag => tag.Value)];
        Reach also = await walk.FromAsync(
            others.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        return [.. kept.Here.Keys, .. also.Here.Keys];
    }

    private static async Task<PruneOutcome> RemoveAsync(
        IImageRepository repository, RepositoryWalk walk, PruneItem item, Digest digest, HashSet<Digest> stays, DateTimeOffset made,
        CancellationToken cancellationToken)
    {
        if (stays.Contains(digest))
            return PruneOutcome.Needed;
        if (await repository.ResolveAsync(item.Digest, cancellationToken) is null)
            return PruneOutcome.Gone;
        if (await repository.FindStoredTimeAsync(digest, cancellationToken) is { } stored
            && (item.Stored is { } known ? PrunePlanFile.Time(stored) != known : stored > made))
        {
            // Who pushed it again relies on what it leads to.
            stays.UnionWith((await walk.FromAsync([(digest, null)], asksElsewhere: false, cancellationToken)).Here.Keys);
            return PruneOutcome.Renewed;
        }

        AirgapException? refusal = await TryRemoveAsync(repository, item.Digest, cancellationToken);
        if (refusal is not null && item.Tags.Length > 0)
        {
            // Some registries want the tags gone first; each stands for this manifest, which goes in any case.
            foreach (string tag in item.Tags)
            {
                if ((await repository.ResolveAsync(tag, cancellationToken))?.Digest == digest)
                    await TryRemoveAsync(repository, tag, cancellationToken);
            }

            refusal = await TryRemoveAsync(repository, item.Digest, cancellationToken);
        }

        return refusal is null ? PruneOutcome.Removed : throw refusal;
    }

    // Gone is what cannot be had any more, whatever the registry said.
    private static async Task<AirgapException?> TryRemoveAsync(
        IImageRepository repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        try
        {
            RemovalAnswer answer = await repository.RemoveAsync(tagOrDigest, cancellationToken);
            if (answer == RemovalAnswer.Unsupported)
                return DeletionProbe.Unsupported(repository);
            return await repository.ResolveAsync(tagOrDigest, cancellationToken) is null ? null : new AirgapException(
                ErrorCode.StillThere,
                $"The registry {repository.Name.Registry} " +
                $"{(answer == RemovalAnswer.Taken ? "took the deletion of" : "says that it has no")} {tagOrDigest} of {repository.Name}, " +
                "and still gives it.",
                "Ask the registry's operator: a proxy or a rule of the registry may keep it.")
            { Reference = repository.Name.ToString() };
        }
        catch (AirgapException e) when (e.Code is ErrorCode.RegistryRefused or ErrorCode.TagImmutable)
        {
            return e;
        }
    }

    // Where a registry leaves the tags of a manifest that is gone.
    private static async Task RemoveTagsAsync(
        IImageRepository repository, PrunePlan plan, HashSet<Digest> stays, CancellationToken cancellationToken)
    {
        HashSet<string> planned = [.. plan.Remove.Where(item => !stays.Contains(Digest.Parse(item.Digest))).SelectMany(item => item.Tags)];
        if (planned.Count == 0)
            return;
        List<string> listed = [];
        await foreach (string tag in repository.ListTagsAsync(cancellationToken))
        {
            if (planned.Contains(tag))
                listed.Add(tag);
        }

        foreach (string tag in listed)
        {
            if (await repository.ResolveAsync(tag, cancellationToken) is null)
                await TryRemoveAsync(repository, tag, cancellationToken);
        }
    }
}
