using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Finds everything that a bundle pins, as imgpkg does: each image first in the bundle's own repository, then at its
/// recorded origin. The locations image, if the repository has one, tells which images are bundles without reading
/// them. If the destination has the locations image of an earlier relocation, the images are read there, because
/// content with the same digest is the same everywhere.
/// </summary>
/// <param name="reader">Reads the registries.</param>
/// <param name="tree">Follows the manifests.</param>
/// <param name="observer">Receives details for the log.</param>
/// <param name="onlyBeside">True to find images only beside the bundle; missing ones become <see cref="BundleNode.Missing"/>.</param>
/// <param name="destination">The destination of the plan; null for none, or an archive.</param>
/// <param name="state">The requests to the destination; null for none.</param>
/// <param name="failures">Receives the images that cannot be read, which become <see cref="BundleNode.Missing"/>; null to throw.</param>
/// <param name="quota">Compares the manifests to read with the registries' quotas; null for no comparison.</param>
/// <param name="small">Receives the requested bundle's images; null for none.</param>
internal sealed class BundleClosure(
    SourceReader reader,
    ManifestTree tree,
    ITransferObserver observer,
    bool onlyBeside = false,
    RepositoryName? destination = null,
    DestinationState? state = null,
    ImageFailures? failures = null,
    QuotaWatch? quota = null,
    SmallBundle? small = null)
{
    // More than the number of concurrent requests, and few enough that a bundle of thousands of images does not fill
    // the memory with waiting work.
    private const int MostAhead = 256;

    private readonly SharedTasks<(string Source, RepositoryName Origin), BundleNode> _bundles = new();
    private readonly BundleLocations _locations = new(reader, observer, destination, state);

    /// <summary>Searches a bundle whose manifest was read.</summary>
    public Task<BundleNode> ExpandAsync(
        ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken) =>
        // With the repository it is read from: content that a destination lost is read at the source.
        _bundles.GetOrAdd((source.ToString(), manifest.Origin), _ => SearchAsync(source, manifest, isRoot, cancellationToken));

    /// <summary>Distinguishes a bundle from an image by its config.</summary>
    public async Task<(PlannedManifest Manifest, bool IsBundle)> InspectAsync(
        RepositoryName origin, Manifest manifest, CancellationToken cancellationToken, IReadOnlySet<Digest>? leftOut = null)
    {
        PlannedManifest planned = await tree.ExpandAsync(origin, manifest, cancellationToken, leftOut);
        if (manifest.IsIndex)
            return (planned, false);
        StoredBytes? config = planned.StoredConfig ?? await tree.ReadConfigAsync(origin, manifest, cancellationToken);
        return (planned with { StoredConfig = config }, config is not null && BundleLabel.IsPresent(config.Bytes.Span));
    }

    /// <summary>Requests what a bundle needs immediately, before its config shows whether it is one.</summary>
    public void Anticipate(ImageReference source, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.IsIndex || manifest.Layers is not [{ Size: <= PlannedManifest.SmallBlob } layer])
            return;
        Prefetch.Forget(reader.ReadSmallBlobAsync(source.Repository, layer, cancellationToken));
        _locations.Anticipate(source, manifest.Digest, cancellationToken);
    }

    private async Task<BundleNode> SearchAsync(
        ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken)
    {
        Descriptor layer = BundleContent.LayerOf(manifest.Manifest, source);
        Task<BundleContent> reading = reader.ReadBlobAsync(
            manifest.Origin, layer, (stream, token) =>
            BundleContent.ReadAsync(stream, source, withPackages: isRoot, token, withConfig: !isRoot), cancellationToken);
        Task<BundleLocations.Found> locating = _locations.FindAsync(source, isRoot, reading, cancellationToken);
        Prefetch.Forget(locating);
        BundleContent content = await reading;
        await _locations.AnticipateImagesAsync(source, isRoot, content.Lock.Images.Take(MostAhead), cancellationToken);
        BundleLocations.Found locations = await locating;
        LockedImage[] images = [.. content.Lock.Images.DistinctBy(locked => locked.Image.Digest)];
        quota?.Expect(images.Select(locked => locations.PlaceOf(locked.Image, source)));
        if (isRoot)
            small?.Expect(manifest, images, cancellationToken);

        // The same digest under two names is read once, from the first one's repository, so that the result does not
        // depend on timing.
        ConcurrentDictionary<Digest, (ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> found = [];
        await Parallel.ForEachAsync(images,
            new ParallelOptions { MaxDegreeOfParallelism = MostAhead, CancellationToken = cancellationToken },
            // Not with the loop's own token, because others may also wait for this request.
            async (locked, _) =>
            {
                found[locked.Image.Digest!.Value] = await FindAsync(locked.Image, source, locations, cancellationToken);
                quota?.Took(locations.PlaceOf(locked.Image, source));
            });
        ILookup<bool, (LockedImage Locked, (ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)? At)> entries =
            content.Lock.Images.Select(locked => (locked, found[locked.Image.Digest!.Value])).ToLookup(entry => entry.Item2 is not null);
        return new BundleNode(source, manifest, content, [
            .. entries[true].Select(
                entry => new BundleEntry(entry.Locked, entry.At!.Value.Source, entry.At.Value.Manifest, entry.At.Value.Bundle))])
        { Missing = [.. entries[false].Select(entry => entry.Locked)] };
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> FindAsync(
        ImageReference recorded, ImageReference bundle, BundleLocations.Found locations, CancellationToken cancellationToken)
    {
        try
        {
            return await SearchAsync(recorded, bundle, locations, cancellationToken);
        }
        catch (AirgapException e) when (failures?.Take(recorded, e) == true)
        {
            observer.Detail($"{recorded} is left out: {e.Message}");
            return null;
        }
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> SearchAsync(
        ImageReference recorded, ImageReference bundle, BundleLocations.Found locations, CancellationToken cancellationToken)
    {
        bool? known = locations.IsBundle.TryGetValue(recorded.Digest!.Value, out bool told) ? told : null;
        ImmutableHashSet<Digest>? leftOut = locations.LeftOut.GetValueOrDefault(recorded.Digest!.Value);
        ImageReference expected = locations.IsBeside ? ImageReference.ByDigest(bundle.Repository, recorded.Digest!.Value) : recorded;
        // The bytes come from an earlier plan; one check covers all images at the destination.
        if (locations.AtDestination && known == false && reader.FindKnown(recorded.Digest!.Value) is { } earlier)
            return await InspectAsync(expected, earlier.Origin, earlier.Manifest, known, leftOut, cancellationToken);
        if (locations.AtDestination && known is not null
            && await FindAtDestinationAsync(expected, known.Value, leftOut, cancellationToken) is { } relocated)
            return relocated;
        if (await TryLocateAsync(recorded, bundle, locations.IsBeside, cancellationToken) is not var (origin, manifest))
            return onlyBeside ? null : throw MissingImage.Of(recorded, bundle);
        return await InspectAsync(ImageReference.ByDigest(origin, manifest.Digest), origin, manifest, known, leftOut, cancellationToken);
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> FindAtDestinationAsync(
        ImageReference recorded, bool isBundle, ImmutableHashSet<Digest>? leftOut, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.FindManifestAsync(destination!, recorded.Digest!.Value.ToString(), cancellationToken) is { } manifest
                ? await InspectAsync(recorded, destination!, manifest, isBundle, leftOut, cancellationToken)
                : null;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            // Part of it is missing or damaged there, such as a platform of an index, so the source is read.
            observer.Detail($"{destination} does not contain all of {recorded}: {e.Message}");
            return null;
        }
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)> InspectAsync(
        ImageReference source, RepositoryName origin, Manifest manifest, bool? known, ImmutableHashSet<Digest>? leftOut,
        CancellationToken cancellationToken)
    {
        if (known == false)
            return (source, await tree.ExpandAsync(origin, manifest, cancellationToken, leftOut), null);
        (PlannedManifest planned, bool isBundle) = await InspectAsync(origin, manifest, cancellationToken, leftOut);
        return (source, planned, isBundle ? await ExpandAsync(source, planned, isRoot: false, cancellationToken) : null);
    }

    /// <summary>Finds an image that a bundle pins: in the bundle's repository, else at its recorded origin.</summary>
    public async Task<(RepositoryName, Manifest)> LocateAsync(
        ImageReference recorded, ImageReference bundle, CancellationToken cancellationToken) =>
        await TryLocateAsync(recorded, bundle, isBeside: true, cancellationToken) ?? throw MissingImage.Of(recorded, bundle);

    private async Task<(RepositoryName, Manifest)?> TryLocateAsync(
        ImageReference recorded, ImageReference bundle, bool isBeside, CancellationToken cancellationToken)
    {
        string digest = recorded.Digest!.Value.ToString();
        if (bundle.Repository != recorded.Repository)
        {
            // Most bundles are not relocated, and asking one host for both locations takes no more time than asking for
            // one. A host other than the bundle's is asked only if necessary: it cannot be reached from behind an air
            // gap.
            if (!isBeside && !onlyBeside && bundle.Repository.Registry == recorded.Repository.Registry)
                Prefetch.Forget(reader.FindManifestAsync(recorded.Repository, digest, cancellationToken));
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

        if (onlyBeside && bundle.Repository != recorded.Repository)
            return null;
        return await reader.FindManifestAsync(recorded.Repository, digest, cancellationToken) is { } manifest
            ? (recorded.Repository, manifest) : null;
    }

    /// <inheritdoc cref="BundleLocations.ReadAsync"/>
    public Task<IReadOnlyDictionary<Digest, bool>> FindLocationsAsync(ImageReference bundle, CancellationToken cancellationToken) =>
        _locations.ReadAsync(bundle, cancellationToken);
}
