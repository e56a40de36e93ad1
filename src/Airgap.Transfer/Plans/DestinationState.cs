using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Plans;

/// <summary>
/// The state of a destination repository before a relocation. Each request is sent once, as soon as its result is known
/// to be needed. A plan carries the state requested during planning, which is valid for one run, and for a short time.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="observer">Receives details for the log.</param>
/// <param name="ahead">Opens uploads while the plan is being made; null for none.</param>
internal sealed class DestinationState(IImageRepository repository, ITransferObserver observer, UploadsAhead? ahead = null)
{
    /// <summary>
    /// The assumed number of items, before they are counted, for deciding whether listing the tags pays.
    /// </summary>
    private const int ItemsAhead = 50;

    private static readonly TimeSpan s_goodFor = TimeSpan.FromMinutes(1);

    private readonly SharedTasks<string, Digest?> _tags = new();
    private Lazy<Task<ExistingTags>>? _begun;
    private long _asked = Stopwatch.GetTimestamp();
    private int _isTaken;

    private Task<ExistingTags>? Listing => _begun?.Value;

    /// <summary>The repository.</summary>
    public RepositoryName Name => repository.Name;

    /// <summary>Opens uploads while the plan is being made; null for none.</summary>
    public UploadsAhead? Ahead => ahead;

    /// <summary>Opens uploads of blobs, if the repository is known to be empty, so that they are certain to be needed.</summary>
    /// <returns>False if it opened none.</returns>
    public bool TryOpenAhead(IEnumerable<Descriptor> blobs)
    {
        if (ahead is null || Listing is not { IsCompletedSuccessfully: true, Result.IsEmpty: true })
            return false;
        ahead.Open(repository, blobs);
        return true;
    }

    /// <summary>
    /// Allows the tags to be requested while the source is still being read. The user's tag is resolved by the run itself, because it may
    /// move in between.
    /// </summary>
    public void Begin(CancellationToken cancellationToken) =>
        _begun = new Lazy<Task<ExistingTags>>(() => ExistingTags.ListAsync(repository, ItemsAhead, observer, cancellationToken));

    /// <summary>Requests the tags now, unless they were already requested.</summary>
    public void List() => _ = Listing;

    /// <summary>False only when the destination is known to lack a tag.</summary>
    public async Task<bool> MayHaveAsync(string tag) => Listing is not { } listing || (await listing).MayHave(tag);

    /// <summary>Records that the plan is complete: from now on the results age.</summary>
    public void End() => _asked = Stopwatch.GetTimestamp();

    /// <summary>
    /// Takes the results for a run. False when an earlier run took them, or when they are too old: then everything is
    /// requested again.
    /// </summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0 && Stopwatch.GetElapsedTime(_asked) < s_goodFor;

    /// <summary>The tags, as far as listing them is cheaper than a request for each.</summary>
    /// <param name="items">The number of items to look up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ExistingTags> ListAsync(int items, CancellationToken cancellationToken)
    {
        if (Listing is { } begun && await begun is var early && (early != ExistingTags.Unknown || items <= ItemsAhead))
            return early;
        return await ExistingTags.ListAsync(repository, items, observer, cancellationToken);
    }

    /// <summary>A tag's digest; null for none, or if the registry does not answer.</summary>
    public Task<Digest?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        _tags.GetOrAdd(tag, name => AskAsync(name, cancellationToken));

    /// <summary>Requests a tag's digest again, regardless of earlier results.</summary>
    public Task<Digest?> FindTagAgainAsync(string tag, CancellationToken cancellationToken)
    {
        _tags.Remove(tag);
        return FindTagAsync(tag, cancellationToken);
    }

    /// <summary>Records a tag's digest observed during planning.</summary>
    public void Note(string tag, Digest digest) => _tags.Set(tag, digest);

    /// <summary>Requests a tag's digest, if the tag exists.</summary>
    public void Anticipate(string tag, CancellationToken cancellationToken)
    {
        if (Listing is { } listing)
            _ = BeginTagAsync(listing, tag, cancellationToken);
    }

    /// <summary>
    /// Calls back with each image that the destination's tags name, if a given tag exists and the images are few. A failure to list the
    /// tags is ignored: the caller that needs the list receives it.
    /// </summary>
    /// <param name="tag">The tag that must exist.</param>
    /// <param name="most">The maximum number of images.</param>
    /// <param name="ask">Receives them.</param>
    public async Task AnticipateImagesAsync(string tag, int most, Action<Digest> ask)
    {
        if (Listing is not { } listing)
            return;
        try
        {
            ExistingTags tags = await listing;
            Digest[] images = tags.Lists(tag) ? [.. tags.All.Select(ContentTag.Find).OfType<Digest>().Take(most + 1)] : [];
            if (images.Length <= most)
                Array.ForEach(images, ask);
        }
        catch (Exception)
        {
            // The caller that needs the list receives the same failure, and reports it.
        }
    }

    // Null without a response: then the tag is written again.
    private async Task<Digest?> AskAsync(string tag, CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.Unretried.ResolveAsync(tag, cancellationToken))?.Digest;
        }
        catch (AirgapException e)
        {
            observer.Detail($"{repository.Name} does not resolve the tag {tag}: {e.Message}");
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
            // The caller that needs the result receives the same failure, and reports it.
        }
    }
}
