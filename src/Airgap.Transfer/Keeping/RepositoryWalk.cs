using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Keeping;

/// <summary>Follows manifests through a repository, level by level, each once. Changes nothing.</summary>
internal sealed class RepositoryWalk : IDisposable
{
    /// <summary>More manifests than this are an attack, not a repository.</summary>
    private const int MaxManifests = 500_000;

    private readonly SourceReader _reader;
    private readonly ContentReader _content;
    private readonly int _concurrency;

    /// <param name="registry">The registries.</param>
    /// <param name="repository">The examined repository.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="concurrency">The number of concurrent requests, 1 or more.</param>
    public RepositoryWalk(IRegistry registry, RepositoryName repository, RepositoryTags tags, int concurrency)
    {
        Repository = repository;
        _concurrency = Math.Max(1, concurrency);
        _reader = new SourceReader(registry, _concurrency);
        _content = new ContentReader(_reader, repository, tags);
    }

    /// <summary>The examined repository.</summary>
    public RepositoryName Repository { get; }

    /// <summary>Finds everything that roots reference.</summary>
    /// <param name="roots">The roots, with other repositories that may have them.</param>
    /// <param name="asksElsewhere">True to look in other repositories for missing manifests, so that everything missing
    /// is known.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    /// <exception cref="AirgapException">1xxx: the repository's registry does not answer.</exception>
    public async Task<ReachableContent> FromAsync(
        IEnumerable<(Digest Digest, RepositoryName? Origin)> roots, bool asksElsewhere, CancellationToken cancellationToken)
    {
        Dictionary<Digest, ContentNode> here = [];
        List<MissingContent> missing = [];
        HashSet<Digest> seen = [];
        List<Step> level = [.. roots.Where(root => seen.Add(root.Digest))
            .Select(root => new Step(root.Digest, null, null, root.Origin is { } origin ? [origin] : []))];
        HashSet<Digest> seed = [.. seen];
        while (level.Count > 0)
        {
            if (seen.Count > MaxManifests)
                throw new AirgapException(
                    ErrorCode.RepositoryTooLarge, $"{Repository} contains more than {MaxManifests} manifests.", "Check the pushed content.")
                {
                    Reference = Repository.ToString()
                };
            Found[] found = new Found[level.Count];
            await Parallel.ForAsync(
                0,
                level.Count,
                new ParallelOptions { MaxDegreeOfParallelism = _concurrency, CancellationToken = cancellationToken },
                // Not with the loop's own token, because others may also wait for this request.
                async (i, _) => found[i] = await FindAsync(level[i], asksElsewhere, cancellationToken));
            List<Step> next = [];
            for (int i = 0; i < found.Length; i++)
            {
                Step step = level[i];
                if (found[i] is { IsHere: true, Node: { } node })
                    here.Add(step.Digest, node);
                else
                    missing.Add(new MissingContent(step.Digest, step.Link, step.Parent, found[i].Node, found[i].Problem));
                foreach (ContentLink link in found[i].Node?.Links ?? [])
                {
                    if (seen.Add(link.Target))
                        next.Add(new Step(link.Target, link, step.Digest,
                            [.. step.Places.Concat(link.Recorded is { } recorded ? [recorded] : []).Distinct()]));
                }
            }

            level = next;
        }

        LeftOutContent left = new(here, seed);
        return new ReachableContent(here, [.. missing.Where(each => !left.Contains(each))]) { LeftOut = missing.Count(left.Contains) };
    }

    public void Dispose() => _reader.Dispose();

    private async Task<Found> FindAsync(Step step, bool asksElsewhere, CancellationToken cancellationToken)
    {
        if (await _content.ReadAsync(Repository, step.Digest, cancellationToken) is { } node)
            return new Found(node, IsHere: true, null);
        string? problem = null;
        foreach (RepositoryName place in asksElsewhere ? step.Places.Where(place => place != Repository) : [])
        {
            try
            {
                if (await _content.ReadAsync(place, step.Digest, cancellationToken) is { } elsewhere)
                    return new Found(elsewhere, IsHere: false, null);
                problem ??= $"{place} does not have it";
            }
            catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
            {
                problem ??= e.Message.TrimEnd('.');
            }
        }

        return new Found(null, IsHere: false, problem);
    }

    private sealed record Step(Digest Digest, ContentLink? Link, Digest? Parent, ImmutableArray<RepositoryName> Places);

    private readonly record struct Found(ContentNode? Node, bool IsHere, string? Problem);
}
