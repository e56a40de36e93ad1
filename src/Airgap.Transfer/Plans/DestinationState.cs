using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>
/// What a destination repository had before a relocation. Each question goes out once, as soon as it is known that its answer will be
/// needed. A plan carries what was asked while it was made; it is good for one run, and for a short time.
/// </summary>
internal sealed class DestinationState(IImageRepository repository, ITransferObserver observer)
{
    /// <summary>The number of items that makes a list of tags worth reading while they are not counted.</summary>
    private const int ItemsAhead = 50;

    private static readonly TimeSpan s_goodFor = TimeSpan.FromMinutes(1);

    private readonly SharedTasks<string, Digest?> _tags = new();
    private Task<ExistingTags>? _listing;
    private long _asked = Stopwatch.GetTimestamp();
    private int _isTaken;

    /// <summary>The repository.</summary>
    public RepositoryName Name => repository.Name;

    /// <summary>
    /// Asks for the tags while the source is still being read. What the user's tag stands for is asked by the run itself: it may move in
    /// between.
    /// </summary>
    public void Begin(CancellationToken cancellationToken) =>
        _listing = ExistingTags.ListAsync(repository, ItemsAhead, observer, cancellationToken);

    /// <summary>Takes note that the plan is made: from now on the answers grow old.</summary>
    public void End() => _asked = Stopwatch.GetTimestamp();

    /// <summary>
    /// Takes the answers for a run. False when an earlier run took them, or when they are too old: then everything is asked again.
    /// </summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0 && Stopwatch.GetElapsedTime(_asked) < s_goodFor;

    /// <summary>The tags, as far as listing them is cheaper than asking for each.</summary>
    /// <param name="items">How many items will be looked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ExistingTags> ListAsync(int items, CancellationToken cancellationToken)
    {
        if (_listing is { } begun && await begun is var early && (early != ExistingTags.Unknown || items <= ItemsAhead))
            return early;
        return await ExistingTags.ListAsync(repository, items, observer, cancellationToken);
    }

    /// <summary>What a tag stood for; null for nothing, and where the registry does not say.</summary>
    public Task<Digest?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        _tags.GetOrAdd(tag, name => AskAsync(name, cancellationToken));

    /// <summary>Asks again for a tag's digest, whatever was answered before.</summary>
    public Task<Digest?> FindTagAgainAsync(string tag, CancellationToken cancellationToken)
    {
        _tags.Remove(tag);
        return FindTagAsync(tag, cancellationToken);
    }

    /// <summary>Takes what a tag was seen to stand for while the plan was made.</summary>
    public void Note(string tag, Digest digest) => _tags.Set(tag, digest);

    /// <summary>Asks for what a tag stands for, where the tag is there.</summary>
    public void Anticipate(string tag, CancellationToken cancellationToken)
    {
        if (_listing is not null)
            _ = BeginTagAsync(_listing, tag, cancellationToken);
    }

    // Without an answer the tag is written again.
    private async Task<Digest?> AskAsync(string tag, CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.Unretried.ResolveAsync(tag, cancellationToken))?.Digest;
        }
        catch (AirgapException e)
        {
            observer.Detail($"{repository.Name} does not say what {tag} stands for: {e.Message}");
            return null;
        }
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
            // The caller that needs the answer meets the same failure, and reports it.
        }
    }
}
