using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Collects items and makes their plan: each item once, each blob once, in one order.</summary>
internal sealed class PlanBuilder(RelocationSource source, PlanOptions options, ImageFailures failures)
{
    // Of thousands of items, few have the same digest, and only these are compared by name.
    private static readonly Comparer<PlannedItem> s_byDigest = Comparer<PlannedItem>.Create(static (a, b) =>
        a.Digest.CompareTo(b.Digest) is not 0 and var digest ? digest
        : string.CompareOrdinal(a.Source.ToString(), b.Source.ToString()) is not 0 and var source ? source
        : string.CompareOrdinal(a.Tag, b.Tag));

    private readonly Dictionary<(RepositoryName Repository, string Selector, string? Tag), PlannedItem> _items = [];
    private readonly List<PlannedBundle> _bundles = [];
    private readonly HashSet<Digest> _bundleDigests = [];
    private readonly List<Diagnostic> _warnings = [];

    /// <summary>Everything collected so far.</summary>
    public IReadOnlyCollection<PlannedItem> Items => _items.Values;

    /// <summary>Adds an item, unless it exists.</summary>
    public void Add(PlannedItem item) => _items.TryAdd((item.Source.Repository, item.Source.Selector, item.Tag), item);

    /// <summary>Adds a warning to the plan.</summary>
    public void Warn(Diagnostic warning) => _warnings.Add(warning);

    /// <summary>Adds a bundle with all its descendants.</summary>
    /// <param name="root">The requested bundle.</param>
    /// <param name="tag">The user's tag; null for none.</param>
    /// <param name="recordOrigins">True to record each image's name in its bundle's lock, as imgpkg does for a
    /// <c>-b</c> source.</param>
    public PlannedItem AddBundle(BundleNode root, string? tag, bool recordOrigins)
    {
        PlannedItem item = new()
        {
            Source = root.Source,
            Content = root.Manifest,
            OriginalReference = recordOrigins ? root.Source.ToString() : "",
            Tag = tag,
            IsRootBundle = true,
            IsBundle = true,
        };
        Add(item);
        foreach (BundleNode bundle in root.SelfAndNested())
        {
            AddBundle(bundle);
            foreach (BundleEntry entry in bundle.Entries)
            {
                Add(new PlannedItem
                {
                    Source = entry.Source,
                    Content = entry.Manifest,
                    OriginalReference = recordOrigins ? entry.Locked.Image.ToString() : "",
                    IsBundle = entry.Bundle is not null,
                });
            }
        }

        return item;
    }

    /// <summary>Adds the locations of a bundle, without its images.</summary>
    public void AddBundle(BundleNode bundle)
    {
        if (!_bundleDigests.Add(bundle.Source.Digest!.Value))
            return;
        _bundles.Add(new PlannedBundle
        {
            Digest = bundle.Source.Digest!.Value,
            Lock = bundle.Content.Lock,
            Locations = bundle.Locations(),
            HasPackages = bundle.Content.HasPackages,
            PackageWarnings =
            [
                .. bundle.Content.References.IsEmpty ? [] : WarningsOf(bundle),
                .. bundle.SelfAndNested().Where(nested => nested != bundle && bundle.Content.HasPackages)
                    .Select(nested => PackageReferences.NotLocked(
                        nested.Source.ToString(), nested.Content.Configured, nested.Content.Lock.Images.Select(Replaced)))
                        .OfType<Diagnostic>(),
                .. bundle.Content.HasPackages ? bundle.SelfAndNested().SelectMany(node => node.Content.Unsearched) : [],
            ],
            Packages = bundle.Content.Packages,
        });
    }

    private static IEnumerable<Diagnostic> WarningsOf(BundleNode bundle)
    {
        Diagnostic[] plain = [.. PackageReferences.NotBundles(
            bundle.Content.References,
            bundle.Entries.Select(entry => (Replaced(entry.Locked).Image, Replaced(entry.Locked).Id, entry.Bundle is not null)))];
        HashSet<string> files = [.. plain.Select(warning => warning.Location!.File)];
        return
        [
            .. PackageReferences.NotRelocated(bundle.Content.References, bundle.Content.Lock.Images.Select(Replaced)),
            .. plain,
            // Only a bundle has a lock to render.
            .. bundle.Content.TemplateWarnings.Where(warning => !files.Contains(warning.Location!.File)),
        ];
    }

    private static (string Image, string? Id) Replaced(LockedImage image) =>
        (image.Image.ToString(), image.Annotations.GetValueOrDefault("kbld.carvel.dev/id"));

    /// <summary>Makes the plan.</summary>
    /// <param name="root">The requested item; null for none.</param>
    /// <param name="contentOf">Returns the source of a blob's bytes.</param>
    /// <param name="imagesLock">The given ImagesLock.</param>
    public TransferPlan Build(PlannedItem? root, Func<PlannedManifest, Descriptor, PlannedBlob> contentOf, ImagesLock? imagesLock)
    {
        ImmutableArray<PlannedItem> items =
        [
            .. _items.Values.Order(s_byDigest),
        ];
        SortedDictionary<Digest, PlannedBlob> blobs = [];
        PlannedManifest[] images =
            [.. items.SelectMany(item => item.Content.SelfAndDescendants()).DistinctBy(node => (node.Origin, node.Manifest.Digest))];
        foreach (PlannedManifest node in images)
        {
            foreach (Descriptor blob in node.Blobs)
            {
                if (!blobs.TryGetValue(blob.Digest, out PlannedBlob? known))
                    blobs.Add(blob.Digest, known = contentOf(node, blob));
                // The first one, too: its content may be known from another image.
                CheckSize(known.Descriptor, blob, node);
            }
        }

        ImmutableArray<SkippedLayer> skipped = options.IncludeNonDistributableLayers ? [] : SkippedLayer.In(images, blobs.ContainsKey);
        bool isNeedless = options.IncludeNonDistributableLayers
            && !images.Any(image => image.Manifest.Layers.Any(layer => MediaTypes.IsNonDistributable(layer.MediaType)));

        return new TransferPlan
        {
            Source = source,
            Items = items,
            Root = root,
            Bundles = [.. _bundles],
            Blobs = [.. blobs.Values],
            SkippedLayers = skipped,
            ImagesLock = imagesLock,
            Derived = DerivedManifest.In(options.Derived, items),
            Failures = failures.All,
            Warnings = [.. Warnings(skipped, isNeedless), .. _warnings],
        };
    }

    private static IEnumerable<Diagnostic> Warnings(ImmutableArray<SkippedLayer> skipped, bool isNeedless)
    {
        if (SkippedLayer.Tell(skipped) is { } told)
            yield return told;
        if (isNeedless)
        {
            yield return new Diagnostic(
                ErrorCode.NoLayersToInclude, "Non-distributable layers were requested, but no image contains one.", "");
        }
    }

    // Two manifests that disagree on a blob's length cannot both be right; the check here can name the image.
    private static void CheckSize(Descriptor known, Descriptor blob, PlannedManifest node)
    {
        if (known.Size != blob.Size)
        {
            throw new AirgapException(
                ErrorCode.SizeMismatch,
                $"The image {ImageReference.ByDigest(node.Origin, node.Manifest.Digest)} states that {blob.Digest} has {blob.Size} " +
                $"bytes, but another image states {known.Size}.",
                "One of the two images is invalid; push it again.")
            { Reference = node.Origin.ToString(), Digest = blob.Digest.ToString() };
        }
    }
}
