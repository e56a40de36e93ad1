using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>The tags of a repository with their digests, as far as the registry lists them.</summary>
internal sealed class RepositoryTags
{
    /// <summary>More tags than this are an attack, not a repository.</summary>
    private const int MaxTags = 500_000;

    private readonly IImageRepository _repository;

    private RepositoryTags(IImageRepository repository, IReadOnlyDictionary<string, Digest> byName, AirgapException? refusal)
    {
        _repository = repository;
        ByName = byName;
        Refusal = refusal;
    }

    /// <summary>The tags; empty if the registry does not list them.</summary>
    public IReadOnlyDictionary<string, Digest> ByName { get; }

    /// <summary>Why the registry does not list its tags; null when it does.</summary>
    public AirgapException? Refusal { get; }

    /// <summary>Lists the tags and resolves each. A repository that does not exist has none.</summary>
    /// <exception cref="AirgapException">The registry cannot be reached, or one of its tags cannot be resolved.</exception>
    public static async Task<RepositoryTags> ReadAsync(
        IRegistry registry, RepositoryName name, int concurrency, CancellationToken cancellationToken)
    {
        IImageRepository repository = registry.GetRepository(name);
        HashSet<string> names = new(StringComparer.Ordinal);
        try
        {
            await foreach (string tag in repository.ListTagsAsync(cancellationToken))
            {
                // A name that is not a tag would change the address of the request.
                if (ImageReference.IsTag(tag) && names.Add(tag) && names.Count > MaxTags)
                    throw new AirgapException(
                        ErrorCode.RepositoryTooLarge, $"{name} has more than {MaxTags} tags.", "Check the pushed content.")
                    {
                        Reference = name.ToString()
                    };
            }
        }
        catch (AirgapException e) when (e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.RegistryRefused
            or ErrorCode.RegistryProtocol or ErrorCode.ResponseTooLarge or ErrorCode.ReadOnlyRepository)
        {
            return new RepositoryTags(repository, new Dictionary<string, Digest>(), e);
        }

        ConcurrentDictionary<string, Digest> found = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, concurrency), CancellationToken = cancellationToken },
            async (tag, token) =>
            {
                // A tag removed since then no longer counts.
                if (await repository.ResolveAsync(tag, token) is { } descriptor)
                    found[tag] = descriptor.Digest;
            });
        return new RepositoryTags(repository, found, null);
    }

    /// <summary>A tag's digest; null for none.</summary>
    public async Task<Digest?> FindAsync(string tag, CancellationToken cancellationToken)
    {
        if (!ImageReference.IsTag(tag))
            return null;
        if (Refusal is not null)
            return (await _repository.ResolveAsync(tag, cancellationToken))?.Digest;
        return ByName.TryGetValue(tag, out Digest digest) ? digest : null;
    }
}
