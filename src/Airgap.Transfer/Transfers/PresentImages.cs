using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The images of a plan that the destination already has: its tags, manifests and blobs are requested in parallel, each once.
/// </summary>
/// <param name="repository">The destination.</param>
/// <param name="plan">The content.</param>
/// <param name="options">The options.</param>
/// <param name="evidence">Checks that blobs exist.</param>
/// <param name="contentTags">The tag that imgpkg gives to each image.</param>
/// <param name="isLost">True for a failure of the destination itself.</param>
/// <param name="observer">Receives details for the log.</param>
internal sealed class PresentImages(
    IImageRepository repository,
    TransferPlan plan,
    TransferOptions options,
    BlobEvidence evidence,
    IReadOnlyDictionary<Digest, string> contentTags,
    Func<AirgapException, bool> isLost,
    ITransferObserver observer)
{
    private readonly SharedTasks<Digest, bool> _lookups = new();
    private readonly HashSet<Digest> _present = [];
    private readonly HashSet<Digest> _seen = [];
    private readonly bool _isPlanFresh = plan.State?.Name == repository.Name && plan.State.TryTake();
    private DestinationState? _known;

    /// <summary>The tags that exist; unknown before <see cref="LookAsync"/>.</summary>
    public ExistingTags Tags { get; private set; } = ExistingTags.Unknown;

    /// <summary>The blobs that an existing manifest refers to, and that the registry does not return.</summary>
    public HashSet<Digest> Damaged { get; } = [];

    // The planner's requests are not repeated.
    private DestinationState State => _known ??= _isPlanFresh ? plan.State! : new DestinationState(repository, observer);

    /// <summary>The uploads that the planner opened; null for none.</summary>
    public UploadsAhead? Ahead => _isPlanFresh ? plan.State!.Ahead : null;

    /// <summary>True if a manifest with all its children exists.</summary>
    public bool Has(PlannedManifest manifest) => _present.Contains(manifest.Manifest.Digest);

    /// <summary>Requests everything; only reads, as for a forecast.</summary>
    /// <returns>The blobs that are missing or damaged.</returns>
    /// <param name="locations">The locations images.</param>
    /// <param name="mayPush">True if requests that the registry must refuse may check for many at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ImmutableArray<PlannedBlob>> LookAsync(
        IReadOnlyList<LocationsUpload> locations, bool mayPush, CancellationToken cancellationToken)
    {
        Tags = await State.ListAsync(plan.Items.Length, cancellationToken);
        evidence.AsksInBulk = mayPush && options.AsksInBulk && !Tags.IsEmpty;
        // All requests to the destination run in parallel; at the end the tags are written, not looked up.
        await Task.WhenAll(
            LookForContentAsync(locations, cancellationToken),
            Parallel.ForEachAsync(
                plan.Items.Select(item => item.Tag).OfType<string>().Concat(locations.Select(upload => upload.Tag)).Where(Tags.MayHave),
                Bounded(cancellationToken),
                async (tag, token) => await State.FindTagAsync(tag, token)));
        HashSet<Digest> missing = [.. Damaged, .. BlobsOf(node => !Has(node) || HasForeign(node)).Select(blob => blob.Digest)];
        if (options.Repair)
            missing.IntersectWith(Damaged);
        missing.ExceptWith(await evidence.FindPresentAsync(
            [.. plan.Blobs.Select(blob => blob.Descriptor).Where(blob => missing.Contains(blob.Digest) && !Damaged.Contains(blob.Digest))],
            cancellationToken));
        return [.. plan.Blobs.Where(blob => missing.Contains(blob.Descriptor.Digest))];
    }

    private async Task LookForContentAsync(IReadOnlyList<LocationsUpload> locations, CancellationToken cancellationToken)
    {
        await SeeManyAsync(cancellationToken);
        await Parallel.ForEachAsync(
            plan.Items.DistinctBy(item => item.Digest).Where(item => Tags.MayHave(contentTags[item.Digest])),
            Bounded(cancellationToken),
            async (item, token) => await IsPresentAsync(item.Content, token));
        foreach ((Digest digest, Task<bool> lookup) in _lookups.All())
        {
            if (await lookup)
                _present.Add(digest);
        }

        // The content that existing manifests refer to. The upload of all other blobs checks for itself, as it does for layers that an
        // earlier run may have left out.
        HashSet<Digest> asked = [.. BlobsOf(node => !Has(node) || HasForeign(node)).Select(blob => blob.Digest)];
        IEnumerable<Descriptor> claimed = options.Repair
            ? plan.Blobs.Select(blob => blob.Descriptor)
            : BlobsOf(Has).Where(blob => !asked.Contains(blob.Digest));
        Damaged.UnionWith(await evidence.FindMissingAsync(
            claimed.Concat(locations.Where(upload => options.Repair || Tags.MayHave(upload.Tag)).SelectMany(upload => upload.Blobs))
            .DistinctBy(blob => blob.Digest), cancellationToken));
    }

    // By their digests. The list of tags shows which tags exist, and a manifest that the planner read shows what its tag stands for.
    private async Task SeeManyAsync(CancellationToken cancellationToken) => _seen.UnionWith(await evidence.FindPresentManifestsAsync(
        [
            .. plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).DistinctBy(node => node.Manifest.Digest)
                .Where(node => !WasRead(node) && IsListedOrUntagged(node)).Select(node => node.Manifest.Descriptor),
        ],
        cancellationToken));

    // A manifest that the planner read here by its digest need not be requested again.
    private bool WasRead(PlannedManifest node) => _isPlanFresh && node.Origin == repository.Name;

    private bool IsListedOrUntagged(PlannedManifest node) =>
        contentTags.GetValueOrDefault(node.Manifest.Digest) is not { } tag || Tags.Lists(tag);

    private IEnumerable<Descriptor> BlobsOf(Func<PlannedManifest, bool> wanted) =>
        plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).Where(wanted).SelectMany(node => node.Blobs);

    private static bool HasForeign(PlannedManifest node) => node.Blobs.Any(blob => MediaTypes.IsNonDistributable(blob.MediaType));

    // Requested once for each manifest, however many indexes list it.
    private Task<bool> IsPresentAsync(PlannedManifest node, CancellationToken cancellationToken) =>
        _lookups.GetOrAdd(node.Manifest.Digest, async _ =>
        {
            string? tag = contentTags.GetValueOrDefault(node.Manifest.Digest);
            if (!(WasRead(node) || _seen.Contains(node.Manifest.Digest)) || !IsListedOrUntagged(node))
            {
                // By its tag a registry names a manifest's sha256 digest.
                Digest? there = tag is not null && Tags.MayHave(tag) && node.Manifest.Digest.Algorithm == "sha256"
                    ? await State.FindTagAsync(tag, cancellationToken)
                    : await State.FindTagAsync(node.Manifest.Digest.ToString(), cancellationToken);
                if (there != node.Manifest.Digest)
                    return false;
            }

            if (options.Repair && !await GivesManifestAsync(node.Manifest.Digest, cancellationToken))
                return false;

            // A registry may have an index without its children, so each is requested.
            bool[] children = await Task.WhenAll(node.Children.Select(child => IsPresentAsync(child, cancellationToken)));
            return children.All(present => present);
        });

    /// <summary>True if the registry returns a complete manifest; it is read and hashed.</summary>
    public async Task<bool> GivesManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.FindManifestAsync(digest.ToString(), cancellationToken) is not null;
        }
        catch (AirgapException e) when (!isLost(e) && e.Code != ErrorCode.Canceled)
        {
            observer.Detail($"{repository.Name} does not return the manifest {digest}: {e.Message}");
            return false;
        }
    }

    /// <summary>True if a tag resolved to a digest at the time of the check.</summary>
    public async Task<bool> HasTagAsync(string tag, Digest digest, CancellationToken cancellationToken) =>
        Tags.MayHave(tag) && await State.FindTagAsync(tag, cancellationToken) == digest;

    /// <summary>True if every tag of the plan resolved to its image.</summary>
    public async Task<bool> HasTagsAsync(CancellationToken cancellationToken)
    {
        foreach (PlannedItem item in plan.Items.Where(item => item.Tag is not null))
        {
            if (!await HasTagAsync(item.Tag!, item.Digest, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>True if a tag currently has a digest.</summary>
    public async Task<bool> HasTagStillAsync(string tag, Digest digest, CancellationToken cancellationToken) =>
        await State.FindTagAgainAsync(tag, cancellationToken) == digest;

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = cancellationToken };
}
