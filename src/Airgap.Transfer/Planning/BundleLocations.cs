using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Reads the locations images of bundles, at the source and at the destination: which images are bundles, and their
/// locations.
/// </summary>
/// <param name="reader">Reads the registries.</param>
/// <param name="observer">Receives details for the log.</param>
/// <param name="destination">The destination of the plan; null for none, or an archive.</param>
/// <param name="state">The requests to the destination; null for none.</param>
internal sealed class BundleLocations(SourceReader reader, ITransferObserver observer, RepositoryName? destination, DestinationState? state)
{
    // Requesting images before it is known which of them belong to the bundle is worthwhile if the repository has little else.
    private const int MostGuessed = 32;

    private bool _destinationKnowsRoot;

    /// <summary>Requests the locations of a possible bundle immediately.</summary>
    public void Anticipate(ImageReference source, Digest bundle, CancellationToken cancellationToken)
    {
        Prefetch.Forget(FindManifestAsync(source.Repository, bundle, cancellationToken));
        if (ChecksDestination(source, isRoot: true))
        {
            Prefetch.Forget(FindManifestAsync(destination!, bundle, cancellationToken));
            state?.Anticipate(ContentTag.Of(bundle), cancellationToken);
            if (state is not null)
                _ = state.AnticipateImagesAsync(LocationsImage.Tag(bundle), MostGuessed, image =>
                {
                    // The bundle itself was read at the source.
                    if (image != bundle && !reader.Knows(image))
                        Prefetch.Forget(reader.FindManifestAsync(destination!, image.ToString(), cancellationToken));
                });
        }
    }

    /// <summary>
    /// Requests the images of a bundle that the destination has immediately, without knowing which of them are bundles.
    /// </summary>
    public async Task AnticipateImagesAsync(
        ImageReference bundle, bool isRoot, IEnumerable<LockedImage> images, CancellationToken cancellationToken)
    {
        if (!ChecksDestination(bundle, isRoot) || await FindManifestAsync(destination!, bundle.Digest!.Value, cancellationToken) is null)
            return;
        foreach (LockedImage locked in images.Where(locked => !reader.Knows(locked.Image.Digest!.Value)))
            Prefetch.Forget(reader.FindManifestAsync(destination!, locked.Image.Digest!.Value.ToString(), cancellationToken));
    }

    /// <summary>
    /// The content of the bundle's locations image: for each image whether it is a bundle. Empty without a readable
    /// one.
    /// </summary>
    public async Task<IReadOnlyDictionary<Digest, bool>> ReadAsync(ImageReference bundle, CancellationToken cancellationToken) =>
        (await TryReadAsync(bundle.Repository, bundle.Digest!.Value, reading: null, cancellationToken))?.IsBundle
            ?? new Dictionary<Digest, bool>();

    /// <summary>
    /// Finds a bundle's locations: at the destination if an earlier relocation left them, else in the bundle's
    /// repository.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="isRoot">True for the requested bundle.</param>
    /// <param name="reading">Reads what the bundle pins.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Found> FindAsync(
        ImageReference bundle, bool isRoot, Task<BundleContent> reading, CancellationToken cancellationToken)
    {
        // Requested immediately: the origins in a report must not depend on where the images were read this time.
        Task<Manifest?> beside = FindManifestAsync(bundle.Repository, bundle.Digest!.Value, cancellationToken);
        if (ChecksDestination(bundle, isRoot))
        {
            Known? relocated = await TryReadAsync(destination!, bundle.Digest!.Value, reading, cancellationToken);
            _destinationKnowsRoot |= relocated is not null;
            if (relocated is not null)
            {
                bool isBeside = await beside is not null;
                // Images left out at the source may be left out here, too; images that are complete there can be read there.
                Known? here = isBeside && relocated.LeftOut.Count > 0
                    ? await TryReadAsync(bundle.Repository, bundle.Digest!.Value, reading, cancellationToken) : null;
                return new Found(relocated.IsBundle, AtDestination: true, isBeside) { LeftOut = LeftOutOf(here) };
            }
        }

        Known? known = await TryReadAsync(bundle.Repository, bundle.Digest!.Value, reading, cancellationToken);
        return new Found(known?.IsBundle ?? new Dictionary<Digest, bool>(), AtDestination: false, IsBeside: known is not null)
        {
            LeftOut = LeftOutOf(known)
        };
    }

    private static IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> LeftOutOf(Known? known) => known?.LeftOut is { } left
        ? left : PlanOptions.NothingLeft;

    // A bundle that is new at the destination costs one more request; nested bundles are requested there only if their
    // root is known.
    private bool ChecksDestination(ImageReference bundle, bool isRoot) =>
        destination is not null && destination != bundle.Repository && (isRoot || _destinationKnowsRoot);

    private async Task<Manifest?> FindManifestAsync(RepositoryName repository, Digest bundle, CancellationToken cancellationToken)
    {
        string tag = LocationsImage.Tag(bundle);
        try
        {
            if (repository == destination && state is not null && !await state.MayHaveAsync(tag))
                return null;
            Manifest? manifest = await reader.LookForManifestAsync(repository, tag, cancellationToken);
            if (manifest is not null && repository == destination)
                state?.Note(tag, manifest.Digest);
            return manifest;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            // Here a locations image is never authoritative, at the source or at the destination: configs show which
            // images are bundles, and each image is requested. If this request fails in any way, everything else is
            // still requested; if the registry is really unreachable, the next request, which is retried, fails. Only a
            // verification treats it as authoritative, and reads it with its own requests.
            observer.Detail($"{repository}:{tag} is not used: {e.Message}");
            return null;
        }
    }

    private async Task<Known?> TryReadAsync(
        RepositoryName repository, Digest bundle, Task<BundleContent>? reading, CancellationToken cancellationToken)
    {
        if (await FindManifestAsync(repository, bundle, cancellationToken) is not { Layers: [{ } layer] } manifest)
            return null;
        if (reading is not null && OfImagesAlone((await reading).Lock, manifest.Digest) is { } known)
            return known;
        ImageReference reference = ImageReference.ByTag(repository, LocationsImage.Tag(bundle));
        try
        {
            ImageLocations? locations = await reader.ReadBlobAsync(
                repository, layer, (stream, token) => BundleContent.ReadLocationsAsync(stream, reference, token), cancellationToken);
            Dictionary<Digest, bool> result = [];
            Dictionary<Digest, ImmutableHashSet<Digest>> left = [];
            foreach (ImageLocation location in locations?.Images ?? [])
            {
                if (ImageReference.TryParse(location.Image, out ImageReference? image, out _) && image.Digest is { } digest)
                {
                    result[digest] = location.IsBundle;
                    if (!location.LeftOut.IsEmpty)
                        left[digest] = [.. location.LeftOut];
                }
            }

            observer.Detail($"{reference} gives the locations of {result.Count} images.");
            return new Known(result, left);
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            observer.Detail($"{reference} is not used: {e.Message}");
            return null;
        }
    }

    // Most bundles pin no bundles. The locations image of such a bundle follows from its lock; if the digests match, its layer need not be
    // read.
    private static Known? OfImagesAlone(ImagesLock pinned, Digest found)
    {
        ImageLocations locations = new([.. pinned.Images.Select(locked => new ImageLocation(locked.Image.ToString(), IsBundle: false))]);
        return LocationsImage.Create(locations).Manifest.Digest == found
            ? new Known(pinned.Images.DistinctBy(locked => locked.Image.Digest!.Value)
                .ToDictionary(locked => locked.Image.Digest!.Value, _ => false), [])
            : null;
    }

    /// <summary>
    /// The content of a locations image: which images are bundles, whether they were relocated to the destination
    /// before, and whether the source is also a relocated bundle.
    /// </summary>
    internal sealed record Found(IReadOnlyDictionary<Digest, bool> IsBundle, bool AtDestination, bool IsBeside)
    {
        /// <summary>The manifests that the source lacks, by their index: they were left out when the bundle was relocated there.</summary>
        public required IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> LeftOut { get; init; }

        /// <summary>The repository where an image of the bundle is expected.</summary>
        public RepositoryName PlaceOf(ImageReference recorded, ImageReference bundle) =>
            IsBeside ? bundle.Repository : recorded.Repository;
    }

    private sealed record Known(Dictionary<Digest, bool> IsBundle, Dictionary<Digest, ImmutableHashSet<Digest>> LeftOut);
}
