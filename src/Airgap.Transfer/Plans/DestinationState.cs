using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>What a destination repository had before a relocation. Each question goes out once, as soon as it is known that its answer will be needed.</summary>
internal sealed class DestinationState(IImageRepository repository, ITransferObserver observer)
{
    /// <summary>Items that a list of tags is worth reading for while nobody has counted them.</summary>
    private const int ItemsAhead = 50;

    private readonly ConcurrentDictionary<string, Lazy<Task<Digest?>>> _tags = new(StringComparer.Ordinal);
    private Task<ExistingTags>? _listing;

    /// <summary>The repository.</summary>
    public RepositoryName Name => repository.Name;

    /// <summary>Asks for the tags while the source is still being read, and, where it is there, for what the user's tag stands for.</summary>
    /// <param name="tag">The user's tag; null for none.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    public void Begin(string? tag, CancellationToken cancellationToken)
    {
        _listing = ExistingTags.ListAsync(repository, ItemsAhead, observer, cancellationToken);
        if (tag is not null)
            Anticipate(tag, cancellationToken);
    }

    /// <summary>The tags, as far as listing them is cheaper than asking for each.</summary>
    /// <param name="items">How many items will be looked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ExistingTags> ListAsync(int items, CancellationToken cancellationToken)
    {
        if (_listing is { } begun && await begun is var early && (early != ExistingTags.Unknown || items <= ItemsAhead))
            return early;
        return await ExistingTags.ListAsync(repository, items, observer, cancellationToken);
    }

    /// <summary>What a tag stood for; null for nothing.</summary>
    public Task<Digest?> FindTagAsync(string tag, CancellationToken cancellationToken) => _tags.GetOrAdd(
        tag, name => new Lazy<Task<Digest?>>(async () => (await repository.ResolveAsync(name, cancellationToken))?.Digest)).Value;

    /// <summary>Takes what a tag was seen to stand for while the plan was made.</summary>
    public void Note(string tag, Digest digest) => _tags[tag] = new Lazy<Task<Digest?>>(Task.FromResult<Digest?>(digest));

    /// <summary>Asks for what a tag stands for, where the tag is there.</summary>
    public void Anticipate(string tag, CancellationToken cancellationToken)
    {
        if (_listing is not null)
            _ = BeginTagAsync(_listing, tag, cancellationToken);
    }

    private async Task BeginTagAsync(Task<ExistingTags> listing, string tag, CancellationToken cancellationToken)
    {
        try
        {
            if ((await listing).Lists(tag))
                await FindTagAsync(tag, cancellationToken);
        }
        catch (Exception)
        {
            // Who needs the answer meets the same failure, and tells of it.
        }
    }
}
