using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>Makes the description of a bundle from its closure.</summary>
/// <param name="options">What the description includes.</param>
/// <param name="ofBundle">Finds a bundle's companions other than its images.</param>
/// <param name="ofImage">Finds artifacts attached to an image or bundle.</param>
internal sealed class DescriptionTree(
    DescribeOptions options,
    Func<BundleNode, CancellationToken, Task<ImageDescription?>> ofBundle,
    Func<ImageReference, CancellationToken, Task<ImageDescription?>> ofImage)
{
    // A bundle that is pinned twice is described once.
    private readonly Dictionary<string, BundleDescription> _known = [];

    public async Task<BundleDescription> DescribeAsync(BundleNode root, CancellationToken cancellationToken)
    {
        // Refuses nesting that is too deep for recursion.
        root.SelfAndNested();
        BundleDescription description = await DescribeAsync(root, root.Source, LockedImage.NoAnnotations, cancellationToken);
        if (await ofImage(root.Source, cancellationToken) is { } signature)
            description = description with { Images = Sort(description.Images.Add(signature)) };
        return RepeatedBundles.Limit(description);
    }

    private async Task<BundleDescription> DescribeAsync(
        BundleNode node, ImageReference origin, ImmutableSortedDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(node.Source.ToString(), out BundleDescription? known))
        {
            known = await DescribeContentAsync(node, cancellationToken);
            _known.Add(node.Source.ToString(), known);
        }

        return known with { Origin = origin, Annotations = annotations };
    }

    private async Task<BundleDescription> DescribeContentAsync(BundleNode node, CancellationToken cancellationToken)
    {
        List<BundleDescription> bundles = [];
        List<ImageDescription> images = [];
        ImageDescription?[] attached = await Task.WhenAll(node.Entries.Select(entry => ofImage(entry.Source, cancellationToken)));
        images.AddRange(attached.OfType<ImageDescription>());
        foreach (BundleEntry entry in node.Entries)
        {
            if (entry.Bundle is { } nested)
                bundles.Add(await DescribeAsync(nested, entry.Locked.Image, entry.Locked.Annotations, cancellationToken));
            else
                images.Add(DescribeImage(entry));
        }

        images.AddRange(node.Missing.Select(missing => new ImageDescription
        {
            Kind = DescribedKind.Image,
            Image = missing.Image,
            Origin = missing.Image,
            Annotations = missing.Annotations,
            Error = $"{missing.Image} is not in " +
            $"{node.Source.Repository}{(missing.Image.Repository == node.Source.Repository ? "" : ", and its origin was not contacted")}.",
        }));
        if (await ofBundle(node, cancellationToken) is { } extra)
            images.Add(extra);
        return new BundleDescription
        {
            Image = node.Source,
            Origin = node.Source,
            Layers = LayersOf(node.Manifest, options),
            Bundles = [.. bundles.OrderBy(bundle => bundle.Image.ToString(), StringComparer.Ordinal)
                .ThenBy(bundle => bundle.Origin.ToString(), StringComparer.Ordinal)],
            Images = Sort(images),
        };
    }

    private ImageDescription DescribeImage(BundleEntry entry) => new()
    {
        Kind = DescribedKind.Image,
        Image = entry.Source,
        Origin = entry.Locked.Image,
        Annotations = entry.Locked.Annotations,
        Layers = LayersOf(entry.Manifest, options),
        LeftOut = entry.Manifest.AllLeftOut.Length,
    };

    /// <summary>The layers shown for an image; for an index, those of its default image.</summary>
    public static ImmutableArray<Descriptor> LayersOf(PlannedManifest node, DescribeOptions options) =>
        options.Layers && DefaultPlatform.ImageOf(node) is { } image ? image.Manifest.Layers : [];

    private static ImmutableArray<ImageDescription> Sort(IEnumerable<ImageDescription> images) =>
        [.. images.OrderBy(image => image.Image.ToString(), StringComparer.Ordinal)
            .ThenBy(image => image.Origin.ToString(), StringComparer.Ordinal)];
}
