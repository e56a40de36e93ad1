using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The result of a relocation. Unless the run continued after failures, it exists only when everything is at the
/// destination and verified.
/// </summary>
public sealed record TransferResult
{
    /// <summary>The plan that was carried out.</summary>
    public required TransferPlan Plan { get; init; }

    /// <summary>The destination.</summary>
    public required RelocationDestination Destination { get; init; }

    /// <summary>The items that are at the destination, in the plan's order.</summary>
    public required ImmutableArray<RelocatedItem> Items { get; init; }

    /// <summary>The item of the plan's root; null when the plan has none, or when it failed.</summary>
    public RelocatedItem? Root { get; init; }

    /// <summary>The distinct blobs that are at the destination, in the plan's order.</summary>
    internal ImmutableArray<RelocatedBlob> Blobs { get; init; } = [];

    /// <summary>Its end time.</summary>
    internal DateTimeOffset Ended { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>
    /// The files of an archive that this run wrote, with their hashes, if requested
    /// (<see cref="TransferOptions.HashesArchive"/>); empty for an existing archive.
    /// </summary>
    internal ImmutableArray<WrittenFile> Written { get; init; } = [];

    /// <summary>Its duration, without planning.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// The number of retries after transient failures, including planning. Concurrent relocations with one client share
    /// their count.
    /// </summary>
    public long Retries { get; init; }

    /// <summary>The warnings, including the plan's.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The images that are not at the destination, and why; empty unless <see cref="TransferOptions.KeepGoing"/> is set.</summary>
    public ImmutableArray<FailedImage> Failures { get; init; } = [];

    /// <summary>
    /// False when an image failed: then the destination has no tag of the user's, or the archive is still <c>NAME.partial</c>.
    /// </summary>
    public bool IsComplete => Failures.IsEmpty;

    /// <summary>True if the destination is a registry that was reached by plain http, without TLS.</summary>
    internal bool IsPlainHttp { get; init; }

    /// <summary>The same, with the mirrors that were read for each item, and with how the destination was reached.</summary>
    internal async Task<TransferResult> ReachedThroughAsync(IRegistry registry, CancellationToken cancellationToken)
    {
        ImmutableArray<RelocatedItem> items = [.. Items.Select(item => item.ReadThrough(registry))];
        return this with
        {
            Items = items,
            Root = Root is null ? null : items[Items.IndexOf(Root)],
            IsPlainHttp = Destination is RelocationDestination.Repository to
                && await registry.IsPlainHttpAsync(to.Name, cancellationToken),
        };
    }

    /// <summary>The results for further repositories of a template.</summary>
    internal ImmutableArray<TransferResult> Further { get; init; } = [];

    /// <summary>This result and those for further repositories.</summary>
    internal IEnumerable<TransferResult> Everywhere => Further.Prepend(this);

    /// <summary>Number and bytes of the blobs with an outcome.</summary>
    public BlobCount Total(BlobOutcome outcome) => BlobCount.Of(Blobs, outcome);

    /// <summary>True when nothing had to be moved.</summary>
    public bool IsUpToDate =>
        IsComplete && Items.All(item => item.Outcome == BlobOutcome.Present) && Further.All(result => result.IsUpToDate);
}

/// <summary>An image, index or bundle at its destination.</summary>
/// <param name="Item">The plan's item.</param>
/// <param name="Destination">Its reference at the destination, by digest; null in an archive.</param>
/// <param name="Outcome">Copied when any of its bytes were sent, else mounted when any blob was, else present.</param>
/// <param name="Tags">The tags that this run set at the destination; empty in an archive.</param>
public sealed record RelocatedItem(PlannedItem Item, ImageReference? Destination, BlobOutcome Outcome, ImmutableArray<string> Tags)
{
    /// <summary>The mirrors that were read in place of its source; empty if none was.</summary>
    internal ImmutableArray<RepositoryName> Mirrors { get; init; } = [];

    /// <summary>The same, with the mirrors that were read for it.</summary>
    internal RelocatedItem ReadThrough(IRegistry registry) => this with
    {
        Mirrors = registry.FindMirrors(
            Item.Source.Repository,
            Item.Content.SelfAndDescendants().SelectMany(node => node.Blobs.Select(blob => blob.Digest).Prepend(node.Manifest.Digest))),
    };
}

/// <summary>A blob at its destination.</summary>
internal sealed record RelocatedBlob(Descriptor Descriptor, BlobOutcome Outcome);
