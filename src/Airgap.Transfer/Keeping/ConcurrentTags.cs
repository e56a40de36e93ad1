using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Finds what got a tag while a repository is being cleaned up. A registry has no deletion that depends on anything, so that only time is
/// narrowed here.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="name">The repository.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="concurrency">Concurrent requests, 1 or more.</param>
internal sealed class ConcurrentTags(IRegistry registry, RepositoryName name, TimeProvider clock, int concurrency)
{
    private readonly Dictionary<string, Digest> _known = new(StringComparer.Ordinal);
    private readonly HashSet<Digest> _broken = [];
    private RepositoryTags? _last;
    private long _read;
    private TimeSpan _took;

    /// <summary>
    /// For how long a look counts at least; zero to look always. It counts as long as it took, too, so that looking costs half of the
    /// time at most.
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

    /// <summary>Reads the tags again, if the last look was too long ago.</summary>
    /// <param name="always">True to look in any case.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Everything that tags reference that appeared or moved since.</returns>
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
        // Content that an earlier walk saw may be gone by now.
        using RepositoryWalk walk = new(registry, name, tags, concurrency);
        ReachableContent reach =
            await walk.FromAsync(late.Select(digest => (digest, (RepositoryName?)null)), asksElsewhere: false, cancellationToken);
        _broken.UnionWith(reach.Missing.Select(each => each.Digest));
        return [.. reach.Present.Keys];
    }
}
