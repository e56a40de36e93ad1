using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>Rebuilds the tree of bundles and images from the flat items of a plan.</summary>
internal sealed class TreeBuilder
{
    private readonly TransferPlan _plan;
    private readonly BlobTable _blobs;
    private readonly string _destination;
    private readonly ILookup<Digest, PlannedItem> _items;
    private readonly ILookup<Digest, PlannedItem> _attached;
    private readonly Dictionary<PlannedItem, RelocatedItem> _relocated = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Digest, BlobOutcome>? _outcomes;
    private readonly HashSet<PlannedItem> _placed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Digest> _bundlesShown = [];
    private readonly ImmutableArray<FailedImage> _failures;

    /// <summary>Adds a plan and its result; null if it was not run.</summary>
    public TreeBuilder(TransferPlan plan, TransferResult? result, BlobTable blobs)
    {
        _plan = plan;
        _blobs = blobs;
        _destination = result?.Destination.ToString() ?? "";
        ImmutableArray<PlannedItem> images = AttachedItems.Without(plan.Items);
        _items = images.ToLookup(item => item.Digest);
        _attached = plan.Items.Except(images).ToLookup(item => CosignTags.SubjectOf(item.Tag) ?? item.Content.Manifest.Subject!.Digest);
        foreach (RelocatedItem item in result?.Items ?? [])
            _relocated[item.Item] = item;
        _failures = result?.Failures ?? [];
        _outcomes = result?.Blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Outcome);
    }

    /// <summary>The top nodes: one root, and items that belong to no other.</summary>
    /// <param name="name">The root's name; null for the name of the planned item.</param>
    public IEnumerable<ReportNode> Build(string? name)
    {
        ReportNode root = _plan.Root is { } item ? NodeOf(item, new LockedImage(item.Source)) : Group();
        if (_plan.Root is { Tag.Length: > 0 } tagged)
            root = root with { Origin = ImageReference.ByTag(tagged.Source.Repository, tagged.Tag).ToString() };
        yield return name is null ? root : root with { Name = name };
        foreach (PlannedItem left in _plan.Items.Where(item => !_placed.Contains(item)).ToArray())
        {
            if (!_placed.Contains(left))
                yield return NodeOf(left, new LockedImage(left.Source));
        }
    }

    private ReportNode Group()
    {
        ImmutableArray<LockedImage> listed = _plan.ImagesLock?.Images
            ?? [.. _plan.Items.Where(item => _items.Contains(item.Digest)).Select(item => new LockedImage(item.Source))];
        return new ReportNode
        {
            Kind = ReportNodeKind.Group,
            Name = Path.GetFileName(_plan.Source.ToString()!),
            Source = _plan.Source.ToString(),
            Size = _plan.TotalBytes + _plan.Items.SelectMany(item => item.Content.SelfAndDescendants())
            .DistinctBy(node => node.Manifest.Digest).Sum(node => node.Manifest.Descriptor.Size),
            Outcome = _outcomes is null || IsIncomplete ? null : Outcomes.Of(_relocated.Values.Select(item => item.Outcome)),
            Failure = IsIncomplete ? "Not all of it is at the destination." : null,
            Children = [.. listed.Select(Pinned)],
        };
    }

    private bool IsIncomplete => _outcomes is not null && (!_failures.IsEmpty || _relocated.Count < _plan.Items.Length);

    private ReportNode Pinned(LockedImage locked)
    {
        Digest digest = locked.Image.Digest!.Value;
        PlannedItem? item = _items[digest]
            .OrderByDescending(item => item.OriginalReference == locked.Image.ToString() || item.Source == locked.Image).FirstOrDefault();
        return item is not null ? NodeOf(item, locked) : new ReportNode
        {
            Kind = ReportNodeKind.Image,
            Name = NameOf(locked.Image),
            Digest = digest,
            Origin = locked.Image.ToString(),
            Annotations = locked.Annotations,
            Failure = FailureOf(digest) ?? "Neither in the bundle's repository nor at its recorded origin.",
        };
    }

    private ReportNode NodeOf(PlannedItem item, LockedImage locked)
    {
        bool isFirst = _placed.Add(item);
        bool isRepeated = item.IsBundle && !_bundlesShown.Add(item.Digest);
        // One digest under two sources is one node of the tree.
        foreach (PlannedItem same in _items[item.Digest])
            _placed.Add(same);
        RelocatedItem? relocated = _relocated.GetValueOrDefault(item);
        PlannedBundle? bundle = item.IsBundle && !isRepeated ? _plan.Bundles.FirstOrDefault(bundle => bundle.Digest == item.Digest) : null;
        ReportNode node = Manifest(item.Content, NameOf(locked.Image), isFirst, relocated is not null) with
        {
            Origin = item.OriginalReference.Length > 0 && locked.Annotations.IsEmpty && locked.Image == item.Source
                ? item.OriginalReference : locked.Image.ToString(),
            Source = item.Source.ToString(),
            Destination = relocated?.Destination?.ToString(),
            Mirrors = relocated is null ? [] : [.. relocated.Mirrors.Select(mirror => mirror.ToString())],
            Size = item.Size,
            Outcome = relocated?.Outcome,
            Failure = _outcomes is not null && relocated is null ? FailureOf(item.Digest) ?? "Not at the destination." : null,
            Tags = relocated?.Tags ?? [],
            Annotations = locked.Annotations,
            IsRepeated = isRepeated,
        };
        return item.IsBundle
            ? node with { Kind = ReportNodeKind.Bundle, Children = [.. bundle?.Lock.Images.Select(Pinned) ?? [], .. node.Children] }
            : node;
    }

    private ReportNode Manifest(PlannedManifest content, string name, bool withAttached, bool isThere)
    {
        Manifest manifest = content.Manifest;
        HashSet<Digest> left = [.. content.LeftOut];
        ImmutableArray<string> platforms = manifest.IsIndex
            ? [.. PlatformNames.Of(manifest).Where((_, i) => !left.Contains(manifest.Manifests[i].Digest))] : [];
        return new ReportNode
        {
            Kind = manifest.IsIndex ? ReportNodeKind.Index : ReportNodeKind.Image,
            Name = name,
            Digest = manifest.Digest,
            MediaType = manifest.MediaType,
            Blobs = manifest.IsIndex ? [] : _blobs.Add(content, _destination, _outcomes),
            Children =
            [
                .. content.Children.Select((child, i) => Platform(child, platforms[i], withAttached, isThere)),
                .. withAttached ? Attached(manifest.Digest) : [],
            ],
        };
    }

    // Without the index, there is no outcome of its images, even if some of their blobs have arrived.
    private ReportNode Platform(PlannedManifest child, string name, bool withAttached, bool isThere)
    {
        ReportNode node = Manifest(child, name, withAttached, isThere);
        return node with
        {
            Kind = child.Manifest.IsIndex ? ReportNodeKind.Index : ReportNodeKind.Platform,
            Size = child.SelfAndDescendants().SelectMany(below => below.Blobs).DistinctBy(blob => blob.Digest).Sum(blob => blob.Size)
                + child.SelfAndDescendants().DistinctBy(below => below.Manifest.Digest).Sum(below => below.Manifest.Descriptor.Size),
            Outcome = _outcomes is null || !isThere
            ? null : Outcomes.Of(child.SelfAndDescendants().SelectMany(below => below.Blobs)
                .Where(blob => _outcomes.ContainsKey(blob.Digest)).Select(blob => _outcomes[blob.Digest])),
        };
    }

    private IEnumerable<ReportNode> Attached(Digest subject)
    {
        foreach (PlannedItem item in _attached[subject])
        {
            if (!_placed.Contains(item))
                yield return NodeOf(item, new LockedImage(item.Source)) with
                {
                    Kind = ReportNodeKind.Attached,
                    Name = item.Tag ?? item.Content.Manifest.ArtifactType ?? NameOf(item.Source)
                };
        }
    }

    private string? FailureOf(Digest digest) => _failures.FirstOrDefault(failure => failure.Digest == digest)?.Problem.Message;

    private static string NameOf(ImageReference image) => image.Repository.LastSegment;
}
