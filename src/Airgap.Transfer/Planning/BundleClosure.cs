using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Finds all that a bundle pins, as imgpkg does: for each image the bundle's own repository first, the recorded place second;
/// the locations image, where the repository has one, says which images are bundles without looking.
/// </summary>
internal sealed class BundleClosure(SourceReader reader, ManifestTree tree, ITransferObserver observer)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<BundleNode>>> _bundles = new();

    /// <summary>Searches a bundle whose manifest was read.</summary>
    public Task<BundleNode> ExpandAsync(ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken) =>
        _bundles.GetOrAdd(source.ToString(), _ => new Lazy<Task<BundleNode>>(() => SearchAsync(source, manifest, isRoot, cancellationToken))).Value;

    /// <summary>Tells a bundle from an image by its config.</summary>
    public async Task<(PlannedManifest Manifest, bool IsBundle)> InspectAsync(RepositoryName origin, Manifest manifest, CancellationToken cancellationToken)
    {
        PlannedManifest planned = await tree.ExpandAsync(origin, manifest, cancellationToken);
        if (manifest.IsIndex)
            return (planned, false);
        ReadOnlyMemory<byte>? config = planned.Config ?? await tree.ReadConfigAsync(origin, manifest, cancellationToken);
        return (planned with { Config = config }, config is { } bytes && BundleLabel.IsPresent(bytes.Span));
    }

    private async Task<BundleNode> SearchAsync(ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken)
    {
        Descriptor layer = BundleContent.LayerOf(manifest.Manifest, source);
        Task<IReadOnlyDictionary<Digest, bool>> locating = FindLocationsAsync(source, cancellationToken);
        BundleContent content = await reader.ReadBlobAsync(
            source.Repository, layer, (stream, token) => BundleContent.ReadAsync(stream, source, withPackages: isRoot, token), cancellationToken);
        IReadOnlyDictionary<Digest, bool> locations = await locating;

        // The same digest under two names is read once, from the place of the first: which one answers sooner must not matter.
        Dictionary<Digest, Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)>> found = [];
        foreach (LockedImage locked in content.Lock.Images)
        {
            Digest digest = locked.Image.Digest!.Value;
            if (!found.ContainsKey(digest))
                found.Add(digest, FindAsync(locked.Image, source, locations, cancellationToken));
        }

        await Task.WhenAll(found.Values);
        ImmutableArray<BundleEntry>.Builder entries = ImmutableArray.CreateBuilder<BundleEntry>(content.Lock.Images.Length);
        foreach (LockedImage locked in content.Lock.Images)
        {
            (ImageReference at, PlannedManifest planned, BundleNode? bundle) = await found[locked.Image.Digest!.Value];
            entries.Add(new BundleEntry(locked, at, planned, bundle));
        }

        return new BundleNode(source, manifest, content, entries.MoveToImmutable());
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)> FindAsync(
        ImageReference recorded, ImageReference bundle, IReadOnlyDictionary<Digest, bool> locations, CancellationToken cancellationToken)
    {
        Digest digest = recorded.Digest!.Value;
        (RepositoryName origin, Manifest manifest) = await LocateAsync(recorded, bundle, cancellationToken);
        ImageReference source = ImageReference.ByDigest(origin, digest);
        bool isBundle;
        PlannedManifest planned;
        if (locations.TryGetValue(digest, out bool known) && !known)
            (planned, isBundle) = (await tree.ExpandAsync(origin, manifest, cancellationToken), false);
        else
            (planned, isBundle) = await InspectAsync(origin, manifest, cancellationToken);
        return (source, planned, isBundle ? await ExpandAsync(source, planned, isRoot: false, cancellationToken) : null);
    }

    /// <summary>Finds an image that a bundle pins: in the bundle's repository, else at its recorded place.</summary>
    public async Task<(RepositoryName, Manifest)> LocateAsync(ImageReference recorded, ImageReference bundle, CancellationToken cancellationToken)
    {
        string digest = recorded.Digest!.Value.ToString();
        if (bundle.Repository != recorded.Repository)
        {
            try
            {
                if (await reader.FindManifestAsync(bundle.Repository, digest, cancellationToken) is { } beside)
                    return (bundle.Repository, beside);
            }
            catch (AirgapException e) when (SourceReader.IsAbsence(e))
            {
                observer.Detail($"{bundle.Repository} does not show {digest}: {e.Message}");
            }
        }

        if (await reader.FindManifestAsync(recorded.Repository, digest, cancellationToken) is { } manifest)
            return (recorded.Repository, manifest);
        throw new AirgapException(
            ErrorCode.ImageNotFound,
            bundle.Repository == recorded.Repository
                ? $"The image {recorded}, which the bundle {bundle} pins, does not exist."
                : $"The image {recorded}, which the bundle {bundle} pins, is neither in the bundle's repository nor at its recorded place.",
            "Relocate the bundle from where its images are, or push the missing image again.")
        { Reference = recorded.ToString(), Digest = digest };
    }

    /// <summary>What the bundle's locations image says: for each image whether it is a bundle. Empty without a readable one.</summary>
    public async Task<IReadOnlyDictionary<Digest, bool>> FindLocationsAsync(ImageReference bundle, CancellationToken cancellationToken)
    {
        Dictionary<Digest, bool> result = [];
        string tag = LocationsImage.Tag(bundle.Digest!.Value);
        try
        {
            Manifest? manifest = await reader.FindManifestAsync(bundle.Repository, tag, cancellationToken);
            if (manifest?.Layers is not [{ } layer])
                return result;
            ImageReference reference = ImageReference.ByTag(bundle.Repository, tag);
            ImageLocations? locations = await reader.ReadBlobAsync(
                bundle.Repository, layer, (stream, token) => BundleContent.ReadLocationsAsync(stream, reference, token), cancellationToken);
            foreach (ImageLocation location in locations?.Images ?? [])
            {
                if (ImageReference.TryParse(location.Image, out ImageReference? image, out _) && image.Digest is { } digest)
                    result[digest] = location.IsBundle;
            }

            observer.Detail($"{reference} tells where {result.Count} images are.");
        }
        catch (AirgapException e) when (SourceReader.IsAbsence(e) || e.Code is ErrorCode.InvalidManifest or ErrorCode.InvalidBundle or ErrorCode.InvalidLock)
        {
            // The locations image only saves requests: without a readable one every image is looked at.
            observer.Detail($"{bundle.Repository}:{tag} is not used: {e.Message}");
        }

        return result;
    }
}
