using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>Reads the manifests of a layout with all their descendants.</summary>
internal sealed class LayoutTree(LayoutReader layout, bool includeNonDistributable)
{
    // An item with more manifests than this is an attack, not an image.
    private const int MaxManifests = 10_000;
    private const int MaxLevels = 32;

    // Few bytes can list an index many times, and each time all its descendants are visited.
    private const int MaxListed = 100_000;

    private readonly Dictionary<(RepositoryName, Digest), PlannedManifest> _known = [];
    private readonly Dictionary<PlannedManifest, long> _counts = new(ReferenceEqualityComparer.Instance);

    private HashSet<Digest> _leftOut = [];
    private long _listed;

    /// <summary>A listed item with all its descendants.</summary>
    /// <param name="entry">Its entry in index.json.</param>
    /// <param name="origin">Its stated source repository.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<PlannedManifest> ListedAsync(LayoutEntry entry, RepositoryName origin, CancellationToken cancellationToken)
    {
        _leftOut = [.. LeftOutList.Read(entry.Annotations.GetValueOrDefault(LeftOutList.Name))];
        PlannedManifest planned = await ExpandAsync(entry.Descriptor, origin, LayoutNames.Index, cancellationToken);
        _listed += _counts.GetValueOrDefault(planned, 1);
        return _listed <= MaxListed
            ? planned : throw layout.Invalid($"its {LayoutNames.Index} leads to more than {MaxListed} manifests");
    }

    /// <summary>A manifest with all its descendants.</summary>
    /// <param name="descriptor">The manifest.</param>
    /// <param name="origin">Its stated source repository.</param>
    /// <param name="owner">The referring item.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="level">Its depth.</param>
    private async Task<PlannedManifest> ExpandAsync(
        Descriptor descriptor, RepositoryName origin, string owner, CancellationToken cancellationToken, int level = 1)
    {
        if (_known.TryGetValue((origin, descriptor.Digest), out PlannedManifest? known))
            return known;
        if (level > MaxLevels)
            throw layout.Invalid($"its indexes are nested in more than {MaxLevels} levels");
        if (descriptor.Size > Manifest.MaxBytes)
            throw layout.Invalid(
                $"the manifest {descriptor.Digest} has {descriptor.Size} bytes, but registries accept at most {Manifest.MaxBytes}");
        byte[] bytes = await layout.ReadSmallAsync(descriptor, owner, cancellationToken);
        Manifest manifest = Manifest.Parse(bytes, descriptor.MediaType, descriptor.Digest).HeldIn(layout.Store);
        PlannedManifest planned = manifest.IsIndex
            ? await IndexAsync(manifest, origin, level, cancellationToken)
            : await ImageAsync(manifest, origin, cancellationToken);
        _known.Add((origin, descriptor.Digest), planned);
        return planned;
    }

    private async Task<PlannedManifest> IndexAsync(Manifest index, RepositoryName origin, int level, CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedManifest>.Builder children = ImmutableArray.CreateBuilder<PlannedManifest>();
        long count = 1;
        foreach (Descriptor child in index.Manifests)
        {
            // All content of a layout is moved, listed or not.
            if (_leftOut.Contains(child.Digest) && layout.FindBlob(child) is null)
                continue;
            PlannedManifest planned = await ExpandAsync(child, origin, $"the index {index.Digest}", cancellationToken, level + 1);
            children.Add(planned);

            // A few levels that each list the next many times take few bytes, but give more manifests than can be
            // visited.
            count += _counts.GetValueOrDefault(planned, 1);
            if (count > MaxManifests)
                throw layout.Invalid($"the index {index.Digest} leads to more than {MaxManifests} manifests");
        }

        PlannedManifest result = new() { Manifest = index, Origin = origin, Children = children.ToImmutable() };
        _counts.Add(result, count);
        return result;
    }

    private async Task<PlannedManifest> ImageAsync(Manifest image, RepositoryName origin, CancellationToken cancellationToken)
    {
        string owner = $"the image {image.Digest}";
        StoredBytes? config = null;
        if (image.Config!.Size <= PlannedManifest.SmallBlob)
            config = layout.Store.Hold(await layout.ReadSmallAsync(image.Config, owner, cancellationToken), image.Config.Digest);
        else
            layout.Require(image.Config, owner);
        foreach (Descriptor layer in image.Layers)
        {
            if (!MediaTypes.IsNonDistributable(layer.MediaType))
                layout.Require(layer, owner);
            else
                _ = layout.FindBlob(layer);
        }

        return PlannedManifest.FromImage(origin, image, config, includeNonDistributable);
    }
}
