using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Finds all that a bundle pins, as imgpkg does: for each image the bundle's own repository first, the recorded place second;
/// the locations image, where the repository has one, says which images are bundles without looking. Where the destination has the
/// locations image of an earlier relocation, the images are read there: what has its digest is the same everywhere.
/// </summary>
/// <param name="reader">Reads the registries.</param>
/// <param name="tree">Follows the manifests.</param>
/// <param name="observer">Receives details for the log.</param>
/// <param name="onlyBeside">True to look for images in the bundle's own repository alone; what is not there becomes <see cref="BundleNode.Missing"/>.</param>
/// <param name="destination">Where the plan will go; null for nowhere, or an archive.</param>
/// <param name="state">What is asked of the destination; null for nothing.</param>
/// <param name="failures">Takes the images that cannot be read, which become <see cref="BundleNode.Missing"/>; null for none.</param>
internal sealed class BundleClosure(
    SourceReader reader,
    ManifestTree tree,
    ITransferObserver observer,
    bool onlyBeside = false,
    RepositoryName? destination = null,
    DestinationState? state = null,
    ImageFailures? failures = null)
{
    // More than any number of requests at once, and few enough that a bundle of thousands of images does not fill the memory with what waits its turn.
    private const int MostAhead = 256;

    private readonly SharedTasks<(string Source, RepositoryName Origin), BundleNode> _bundles = new();
    private bool _destinationKnowsRoot;

    /// <summary>Searches a bundle whose manifest was read.</summary>
    public Task<BundleNode> ExpandAsync(ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken) =>
        // With the place where it is read: what a destination lost of a bundle is read at the source.
        _bundles.GetOrAdd((source.ToString(), manifest.Origin), _ => SearchAsync(source, manifest, isRoot, cancellationToken));

    /// <summary>Tells a bundle from an image by its config.</summary>
    public async Task<(PlannedManifest Manifest, bool IsBundle)> InspectAsync(RepositoryName origin, Manifest manifest, CancellationToken cancellationToken)
    {
        PlannedManifest planned = await tree.ExpandAsync(origin, manifest, cancellationToken);
        if (manifest.IsIndex)
            return (planned, false);
        HeldBytes? config = planned.HeldConfig ?? await tree.ReadConfigAsync(origin, manifest, cancellationToken);
        return (planned with { HeldConfig = config }, config is not null && BundleLabel.IsPresent(config.Bytes.Span));
    }

    /// <summary>Asks at once for what a bundle needs, while its config still has to say whether it is one.</summary>
    public void Anticipate(ImageReference source, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.IsIndex || manifest.Layers is not [{ Size: <= PlannedManifest.SmallBlob } layer])
            return;
        Forget(reader.ReadSmallBlobAsync(source.Repository, layer, cancellationToken));
        Forget(FindLocationsManifestAsync(source.Repository, manifest.Digest, cancellationToken));
        if (AsksDestination(source, isRoot: true))
        {
            Forget(FindLocationsManifestAsync(destination!, manifest.Digest, cancellationToken));
            state?.Anticipate(ContentTags.Default(manifest.Digest), cancellationToken);
        }
    }

    private async Task<BundleNode> SearchAsync(ImageReference source, PlannedManifest manifest, bool isRoot, CancellationToken cancellationToken)
    {
        Descriptor layer = BundleContent.LayerOf(manifest.Manifest, source);
        Task<Locations> locating = LocationsOfAsync(source, isRoot, cancellationToken);
        BundleContent content = await reader.ReadBlobAsync(
            manifest.Origin, layer, (stream, token) => BundleContent.ReadAsync(stream, source, withPackages: isRoot, token, withConfig: !isRoot), cancellationToken);
        if (AsksDestination(source, isRoot))
            await AnticipateRelocatedAsync(source, content, cancellationToken);
        Locations locations = await locating;

        // The same digest under two names is read once, from the place of the first: which one answers sooner must not matter.
        ConcurrentDictionary<Digest, (ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> found = [];
        await Parallel.ForEachAsync(
            content.Lock.Images.DistinctBy(locked => locked.Image.Digest),
            new ParallelOptions { MaxDegreeOfParallelism = MostAhead, CancellationToken = cancellationToken },
            // Not with the loop's own token: what is asked for here others may wait for, too.
            async (locked, _) => found[locked.Image.Digest!.Value] = await FindAsync(locked.Image, source, locations, cancellationToken));
        ImmutableArray<BundleEntry>.Builder entries = ImmutableArray.CreateBuilder<BundleEntry>(content.Lock.Images.Length);
        List<LockedImage> missing = [];
        foreach (LockedImage locked in content.Lock.Images)
        {
            if (found[locked.Image.Digest!.Value] is var (at, planned, bundle))
                entries.Add(new BundleEntry(locked, at, planned, bundle));
            else
                missing.Add(locked);
        }

        return new BundleNode(source, manifest, content, entries.ToImmutable()) { Missing = [.. missing] };
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> FindAsync(
        ImageReference recorded, ImageReference bundle, Locations locations, CancellationToken cancellationToken)
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
        ImageReference recorded, ImageReference bundle, Locations locations, CancellationToken cancellationToken)
    {
        bool? known = locations.IsBundle.TryGetValue(recorded.Digest!.Value, out bool told) ? told : null;
        ImageReference expected = locations.IsBeside ? ImageReference.ByDigest(bundle.Repository, recorded.Digest!.Value) : recorded;
        if (locations.AtDestination && known is not null && await FindAtDestinationAsync(expected, known.Value, cancellationToken) is { } relocated)
            return relocated;
        if (await TryLocateAsync(recorded, bundle, locations.IsBeside, cancellationToken) is not var (origin, manifest))
            return onlyBeside ? null : throw NotFound(recorded, bundle);
        return await InspectAsync(ImageReference.ByDigest(origin, manifest.Digest), origin, manifest, known, cancellationToken);
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)?> FindAtDestinationAsync(
        ImageReference recorded, bool isBundle, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.FindManifestAsync(destination!, recorded.Digest!.Value.ToString(), cancellationToken) is { } manifest
                ? await InspectAsync(recorded, destination!, manifest, isBundle, cancellationToken)
                : null;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            // Something of it is gone or damaged there, such as a platform of an index: the source has to answer.
            observer.Detail($"{destination} does not hold the whole of {recorded}: {e.Message}");
            return null;
        }
    }

    private async Task<(ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle)> InspectAsync(
        ImageReference source, RepositoryName origin, Manifest manifest, bool? known, CancellationToken cancellationToken)
    {
        if (known == false)
            return (source, await tree.ExpandAsync(origin, manifest, cancellationToken), null);
        (PlannedManifest planned, bool isBundle) = await InspectAsync(origin, manifest, cancellationToken);
        return (source, planned, isBundle ? await ExpandAsync(source, planned, isRoot: false, cancellationToken) : null);
    }

    /// <summary>Finds an image that a bundle pins: in the bundle's repository, else at its recorded place.</summary>
    public async Task<(RepositoryName, Manifest)> LocateAsync(ImageReference recorded, ImageReference bundle, CancellationToken cancellationToken) =>
        await TryLocateAsync(recorded, bundle, isBeside: true, cancellationToken) ?? throw NotFound(recorded, bundle);

    private async Task<(RepositoryName, Manifest)?> TryLocateAsync(
        ImageReference recorded, ImageReference bundle, bool isBeside, CancellationToken cancellationToken)
    {
        string digest = recorded.Digest!.Value.ToString();
        if (bundle.Repository != recorded.Repository)
        {
            // Most bundles are not relocated, and one host is asked for both places in the time of one. Another host than the bundle's is
            // asked only when it has to be: from behind an air gap it cannot be reached.
            if (!isBeside && !onlyBeside && bundle.Repository.Registry == recorded.Repository.Registry)
                Forget(reader.FindManifestAsync(recorded.Repository, digest, cancellationToken));
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
        return await reader.FindManifestAsync(recorded.Repository, digest, cancellationToken) is { } manifest ? (recorded.Repository, manifest) : null;
    }

    private static AirgapException NotFound(ImageReference recorded, ImageReference bundle) => new(
        ErrorCode.ImageNotFound,
        bundle.Repository == recorded.Repository
            ? $"The image {recorded}, which the bundle {bundle} pins, does not exist."
            : $"The image {recorded}, which the bundle {bundle} pins, is neither in the bundle's repository nor at its recorded place.",
        "Relocate the bundle from where its images are, or push the missing image again.")
    { Reference = recorded.ToString(), Digest = recorded.Digest?.ToString() };

    /// <summary>What the bundle's locations image says: for each image whether it is a bundle. Empty without a readable one.</summary>
    public async Task<IReadOnlyDictionary<Digest, bool>> FindLocationsAsync(ImageReference bundle, CancellationToken cancellationToken) =>
        await ReadLocationsAsync(bundle.Repository, bundle.Digest!.Value, cancellationToken) ?? [];

    // A bundle that is new at the destination costs one request more; nested ones are asked for there only when their root is known.
    private bool AsksDestination(ImageReference bundle, bool isRoot) =>
        destination is not null && destination != bundle.Repository && (isRoot || _destinationKnowsRoot);

    private async Task<Locations> LocationsOfAsync(ImageReference bundle, bool isRoot, CancellationToken cancellationToken)
    {
        // Asked for at once: where a report says the images come from must not depend on where they were read this time.
        Task<Manifest?> beside = FindLocationsManifestAsync(bundle.Repository, bundle.Digest!.Value, cancellationToken);
        if (AsksDestination(bundle, isRoot))
        {
            Dictionary<Digest, bool>? relocated = await ReadLocationsAsync(destination!, bundle.Digest!.Value, cancellationToken);
            _destinationKnowsRoot |= relocated is not null;
            if (relocated is not null)
                return new Locations(relocated, AtDestination: true, await beside is not null);
        }

        Dictionary<Digest, bool>? known = await ReadLocationsAsync(bundle.Repository, bundle.Digest!.Value, cancellationToken);
        return new Locations(known ?? [], AtDestination: false, IsBeside: known is not null);
    }

    // Where the destination has a locations image it has the images, and which of them are bundles need not be known to ask for them.
    private async Task AnticipateRelocatedAsync(ImageReference bundle, BundleContent content, CancellationToken cancellationToken)
    {
        if (await FindLocationsManifestAsync(destination!, bundle.Digest!.Value, cancellationToken) is null)
            return;
        foreach (LockedImage locked in content.Lock.Images.Take(MostAhead))
            Forget(reader.FindManifestAsync(destination!, locked.Image.Digest!.Value.ToString(), cancellationToken));
    }

    private async Task<Manifest?> FindLocationsManifestAsync(RepositoryName repository, Digest bundle, CancellationToken cancellationToken)
    {
        string tag = LocationsImage.Tag(bundle);
        try
        {
            Manifest? manifest = await reader.LookForManifestAsync(repository, tag, cancellationToken);
            if (manifest is not null && repository == destination)
                state?.Note(tag, manifest.Digest);
            return manifest;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            // Here a locations image is never the truth, at the source or at the destination: configs say which images are bundles, and each
            // image is asked for. A request that fails, by whatever failure, leaves all that to be asked; a registry that is really gone fails
            // the next request, which is retried. The one place where its answer is the truth, a verification, reads it by its own requests.
            observer.Detail($"{repository}:{tag} is not used: {e.Message}");
            return null;
        }
    }

    private async Task<Dictionary<Digest, bool>?> ReadLocationsAsync(RepositoryName repository, Digest bundle, CancellationToken cancellationToken)
    {
        if (await FindLocationsManifestAsync(repository, bundle, cancellationToken) is not { Layers: [{ } layer] })
            return null;
        ImageReference reference = ImageReference.ByTag(repository, LocationsImage.Tag(bundle));
        try
        {
            ImageLocations? locations = await reader.ReadBlobAsync(
                repository, layer, (stream, token) => BundleContent.ReadLocationsAsync(stream, reference, token), cancellationToken);
            Dictionary<Digest, bool> result = [];
            foreach (ImageLocation location in locations?.Images ?? [])
            {
                if (ImageReference.TryParse(location.Image, out ImageReference? image, out _) && image.Digest is { } digest)
                    result[digest] = location.IsBundle;
            }

            observer.Detail($"{reference} says where {result.Count} images are.");
            return result;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            observer.Detail($"{reference} is not used: {e.Message}");
            return null;
        }
    }

    // A caller that needs the answer awaits this task, or its failure.
    private static void Forget(Task asked) => asked.ContinueWith(
        static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>
    /// What a locations image says: which images are bundles, whether they were relocated to the destination before, and whether the source
    /// is a relocated bundle, too.
    /// </summary>
    private sealed record Locations(IReadOnlyDictionary<Digest, bool> IsBundle, bool AtDestination, bool IsBeside);
}
