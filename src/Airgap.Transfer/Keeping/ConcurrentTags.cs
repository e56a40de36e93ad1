using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Finds the manifests that got a tag while a repository is being pruned. Registries have no conditional deletion, so this can only shorten
/// the time between a check and a deletion.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="name">The repository.</param>
/// <param name="clock">The clock.</param>
/// <param name="concurrency">Concurrent requests, 1 or more.</param>
internal sealed class ConcurrentTags(IRegistry registry, RepositoryName name, TimeProvider clock, int concurrency)
{
    private readonly Dictionary<string, Digest> _known = new(StringComparer.Ordinal);
    private readonly HashSet<Digest> _broken = [];
    private RepositoryTags? _last;
    private long _read;
    private TimeSpan _took;

    /// <summary>
    /// The minimum time for which a listing of the tags stays valid; zero to list them each time. A listing also stays valid for as long as
    /// it took, so that listing takes at most half of the time.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The content of new tags that the repository lacks.</summary>
    public IReadOnlySet<Digest> Missing => _broken;

    /// <summary>The tags of earlier listings that the last one lacks, with their digests.</summary>
    public IEnumerable<(string Tag, Digest Digest)> Vanished => _known.Where(tag => _last?.ByName.ContainsKey(tag.Key) == false)
        .Select(tag => (tag.Key, tag.Value));

    /// <summary>Reads the tags for the first time.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TagsNotListed"/>; 1xxx: the registry.</exception>
    public async Task<RepositoryTags> ReadAsync(CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        RepositoryTags tags = await PrunePlanner.ReadTagsAsync(registry, name, concurrency, cancellationToken);
        foreach ((string tag, Digest digest) in tags.ByName)
            _known[tag] = digest;
        _last = tags;
        _read = clock.GetTimestamp();
        _took = clock.GetElapsedTime(start, _read);
        return tags;
    }

    /// <summary>Reads the tags again, if the last listing is no longer valid.</summary>
    /// <param name="always">True to read them in any case.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Everything that is referenced by tags which appeared or moved since the last listing.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TagsNotListed"/>; 1xxx: the registry.</exception>
    public async Task<IReadOnlyCollection<Digest>> FindAsync(bool always, CancellationToken cancellationToken)
    {
        TimeSpan counts = Interval == TimeSpan.Zero || _took < Interval ? Interval : _took;
        if (!always && clock.GetElapsedTime(_read) < counts)
            return [];
        Dictionary<string, Digest> before = new(_known, StringComparer.Ordinal);
        RepositoryTags tags = await ReadAsync(cancellationToken);
        Digest[] late = [.. tags.ByName.Where(tag => !before.TryGetValue(tag.Key, out Digest known) || known != tag.Value)
            .Select(tag => tag.Value).Distinct()];
        if (late.Length == 0)
            return [];
        // A new walk, because content that an earlier walk found may be gone by now.
        using RepositoryWalk walk = new(registry, name, tags, concurrency);
        ReachableContent reach =
            await walk.FromAsync(late.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        _broken.UnionWith(reach.Missing.Select(each => each.Digest));
        return [.. reach.Present.Keys];
    }
}
