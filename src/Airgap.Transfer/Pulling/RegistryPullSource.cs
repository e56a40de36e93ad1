using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pulling;

/// <summary>
/// Pulls from registries: the root from its reference, nested bundles from the bundle's repository or their recorded
/// origin.
/// </summary>
internal sealed class RegistryPullSource : IPullSource
{
    private const int Concurrency = 8;

    private readonly IRegistry _registry;
    private readonly ImageReference _reference;
    private readonly bool _asBundle;
    private readonly bool _checkBundle;
    private readonly SourceReader _reader;
    private readonly BundleClosure _closure;
    private readonly Dictionary<Digest, IReadOnlyDictionary<Digest, bool>> _locations = [];

    /// <summary>Reads a reference.</summary>
    /// <param name="registry">The registries.</param>
    /// <param name="reference">The bundle or image to pull.</param>
    /// <param name="asBundle">True if it must be a bundle.</param>
    /// <param name="checkBundle">True if it must not be a bundle when <paramref name="asBundle"/> is false.</param>
    /// <param name="observer">Receives details for the log.</param>
    public RegistryPullSource(IRegistry registry, ImageReference reference, bool asBundle, bool checkBundle, ITransferObserver observer)
    {
        _registry = registry;
        _reference = reference;
        _asBundle = asBundle;
        _checkBundle = checkBundle;
        _reader = new SourceReader(registry, Concurrency, isSource: _ => true);
        _closure = new BundleClosure(_reader, new ManifestTree(_reader, new PlanOptions()), observer);
    }

    public bool KnowsPlaces => true;

    public async Task<PullItem> FindRootAsync(CancellationToken cancellationToken)
    {
        Manifest manifest = await _reader.GetManifestAsync(_reference, cancellationToken);
        if (manifest.IsIndex)
            throw _asBundle ? PullRefusals.NotABundle(_reference) : PullRefusals.Index(_reference);
        if (_asBundle || _checkBundle)
        {
            (_, bool isBundle) = await _closure.InspectAsync(_reference.Repository, manifest, cancellationToken);
            if (isBundle != _asBundle)
                throw isBundle ? PullRefusals.UnexpectedBundle(_reference) : PullRefusals.NotABundle(_reference);
        }

        return new PullItem(_reference.WithDigest(manifest.Digest), manifest, _asBundle);
    }

    public IBlobContent LayerOf(PullItem item, Descriptor layer) => _registry.GetSource(item.Reference.Repository).GetBlob(layer);

    public async IAsyncEnumerable<PullItem> FindNestedAsync(
        PullItem bundle, ImagesLock images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Digest, bool> locations = await LocationsOfAsync(bundle, cancellationToken);
        Task<PullItem?>[] found =
        [
            .. images.Images
                .Select(image => image.Image)
                .DistinctBy(image => image.Digest)
                .Where(image => locations.GetValueOrDefault(image.Digest!.Value, true))
                .Select(image => FindBundleAsync(bundle, image, cancellationToken)),
        ];
        foreach (PullItem? nested in await Task.WhenAll(found))
        {
            if (nested is not null)
                yield return nested;
        }
    }

    public async Task<bool> HasEveryImageAsync(PullItem bundle, ImagesLock images, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Digest, bool> locations = await LocationsOfAsync(bundle, cancellationToken);
        ImageReference[] unknown = [
            .. images.Images.Select(image => image.Image).Where(image => !locations.ContainsKey(image.Digest!.Value))
            .DistinctBy(image => image.Digest)];
        bool[] there = await Task.WhenAll(
            unknown.Select(image => IsThereAsync(bundle.Reference.Repository, image.Digest!.Value, cancellationToken)));
        return there.All(isThere => isThere);
    }

    public void Dispose() => _reader.Dispose();

    private async Task<IReadOnlyDictionary<Digest, bool>> LocationsOfAsync(PullItem bundle, CancellationToken cancellationToken)
    {
        if (!_locations.TryGetValue(bundle.Manifest.Digest, out IReadOnlyDictionary<Digest, bool>? locations))
            _locations.Add(bundle.Manifest.Digest, locations = await _closure.FindLocationsAsync(bundle.Reference, cancellationToken));
        return locations;
    }

    private async Task<PullItem?> FindBundleAsync(PullItem parent, ImageReference image, CancellationToken cancellationToken)
    {
        (RepositoryName at, Manifest manifest) = await _closure.LocateAsync(image, parent.Reference, cancellationToken);
        if (manifest.IsIndex)
            return null;
        (_, bool isBundle) = await _closure.InspectAsync(at, manifest, cancellationToken);
        return isBundle ? new PullItem(ImageReference.ByDigest(at, manifest.Digest), manifest, IsBundle: true) : null;
    }

    private async Task<bool> IsThereAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ResolveAsync(repository, digest.ToString(), cancellationToken) is not null;
        }
        catch (AirgapException e) when (SourceReader.IsAbsence(e))
        {
            return false;
        }
    }
}
