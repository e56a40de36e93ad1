using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Cluster.Probing;

/// <summary>
/// The images of indexes that a relocation left out by choice (sparse platforms), as the locations image beside each bundle lists them.
/// Each bundle is asked for once, and only when an image is missing.
/// </summary>
/// <param name="registry">The mirror.</param>
internal sealed class LeftOutImages(IRegistry registry)
{
    private readonly ConcurrentDictionary<ImageReference, Lazy<Task<ILookup<string, Digest>>>> _read = new();

    /// <summary>True if the relocation of a bundle left an image out.</summary>
    /// <param name="bundle">The relocated bundle, by digest.</param>
    /// <param name="pinned">The index that the bundle pins.</param>
    /// <param name="image">The image below that index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool> ContainsAsync(ImageReference bundle, Digest pinned, Digest image, CancellationToken cancellationToken)
    {
        ILookup<string, Digest> leftOut = await _read
            .GetOrAdd(bundle, key => new Lazy<Task<ILookup<string, Digest>>>(() => ReadAsync(key, cancellationToken))).Value;
        return leftOut[pinned.ToString()].Contains(image);
    }

    // A locations image that is not there leaves nothing out; one that cannot be read is an error of the image that it would explain.
    private async Task<ILookup<string, Digest>> ReadAsync(ImageReference bundle, CancellationToken cancellationToken)
    {
        IImageRepository repository = registry.GetRepository(bundle.Repository);
        string tag = LocationsImage.Tag(bundle.Digest!.Value);
        ImageLocations? locations = null;
        if (await repository.FindManifestAsync(tag, cancellationToken) is { Layers: [{ } layer] })
        {
            await using Stream content = await repository.GetBlob(layer).OpenAsync(0, cancellationToken);
            locations = await BundleContent.ReadLocationsAsync(content, ImageReference.ByTag(bundle.Repository, tag), cancellationToken);
        }

        return (locations?.Images ?? [])
            .SelectMany(location => location.LeftOut.Select(left => (Of: location.Image[(location.Image.IndexOf('@') + 1)..], Left: left)))
            .ToLookup(pair => pair.Of, pair => pair.Left);
    }
}
