using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Cluster.Probing;

/// <summary>The findings about the images that Packages need.</summary>
/// <param name="Present">Images that the mirror has, as it answered now.</param>
/// <param name="Outside">Images that a cluster would pull from elsewhere, or from nowhere, with the reason.</param>
/// <param name="Unseen">What could not be checked, with the reason.</param>
internal sealed record LeakReport(int Present, IReadOnlyList<string> Outside, IReadOnlyList<string> Unseen);

/// <summary>
/// Checks whether a mirror has every image of Packages: their bundles, the images that these pin, and nested bundles. A cluster pulls a
/// pinned image from the bundle's own repository if it is there, otherwise from the location in the lock. Contacts only the mirror.
/// </summary>
/// <param name="registry">The mirror.</param>
/// <param name="host">Its host.</param>
internal sealed class LeakFinder(IRegistry registry, string host)
{
    private const int MostImages = 20_000;
    private const int AtOnce = 8;
    private const int LongestConfig = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _outside = new();
    private readonly ConcurrentQueue<string> _unseen = new();
    private readonly LeftOutImages _leftOut = new(registry);
    private int _present;

    /// <summary>Looks for the images.</summary>
    /// <param name="images">The images that Packages fetch.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<LeakReport> FindAsync(IEnumerable<string> images, CancellationToken cancellationToken)
    {
        List<Wanted> next = [];
        foreach (string image in images.Distinct(StringComparer.Ordinal))
        {
            if (!ImageReference.TryParse(image, out ImageReference? reference, out _))
                _outside.Enqueue($"{image} (not an image reference)");
            else if (reference.Repository.Registry != host)
                _outside.Enqueue(image);
            else
                next.Add(new Wanted(reference, null, null));
        }

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        while (next.Count > 0)
        {
            ConcurrentQueue<Wanted> found = new();
            await Parallel.ForEachAsync(
                next.Where(wanted => _seen.TryAdd(wanted.Place.ToString(), true)).ToArray(), parallel,
                async (wanted, token) => await LookAsync(wanted, found, token));
            next = [.. found];
            if (_seen.Count + next.Count > MostImages)
            {
                _unseen.Enqueue($"more than {MostImages} images: the rest was not checked");
                break;
            }
        }

        return new LeakReport(_present, [.. _outside.Order(StringComparer.Ordinal)], [.. _unseen.Order(StringComparer.Ordinal)]);
    }

    private async Task LookAsync(Wanted wanted, ConcurrentQueue<Wanted> found, CancellationToken cancellationToken)
    {
        try
        {
            IImageRepository repository = registry.GetRepository(wanted.Place.Repository);
            if (await repository.FindManifestAsync(wanted.Place.Selector, cancellationToken) is not { } manifest)
            {
                if (wanted is { Bundle: { } relocated, Pinned: { } pinned, Place.Digest: { } child }
                    && await _leftOut.ContainsAsync(relocated, pinned, child, cancellationToken))
                {
                    return;
                }

                // If the location in the lock is at the mirror, too, the image may be there.
                if (wanted.Locked is { } locked && locked.Repository.Registry == host && locked.Repository != wanted.Place.Repository)
                    found.Enqueue(new Wanted(locked, null, wanted.Bundle));
                else
                    _outside.Enqueue(
                        $"{wanted.Locked ?? wanted.Place}{(wanted.Bundle is null ? " (not at the mirror)" : $" (of {wanted.Bundle})")}");
                return;
            }

            Interlocked.Increment(ref _present);
            foreach (Descriptor child in manifest.Manifests)
                found.Enqueue(new Wanted(ImageReference.ByDigest(wanted.Place.Repository, child.Digest), null, wanted.Bundle)
                {
                    Pinned = wanted.Pinned ?? manifest.Digest,
                });
            if (!manifest.IsIndex && await IsBundleAsync(repository, manifest, cancellationToken))
                await ReadAsync(repository, manifest, wanted.Place, found, cancellationToken);
        }
        catch (Exception failure) when (failure is AirgapException { Code: not ErrorCode.Canceled } or IOException or InvalidDataException)
        {
            _unseen.Enqueue($"{wanted.Place}: {failure.Message.TrimEnd('.')}");
        }
    }

    private static async Task ReadAsync(
        IImageRepository repository, Manifest manifest, ImageReference bundle, ConcurrentQueue<Wanted> found,
        CancellationToken cancellationToken)
    {
        await using Stream layer = await repository.GetBlob(BundleContent.LayerOf(manifest, bundle)).OpenAsync(0, cancellationToken);
        BundleContent content = await BundleContent.ReadAsync(layer, bundle, withPackages: false, cancellationToken);
        foreach (LockedImage image in content.Lock.Images)
            found.Enqueue(new Wanted(ImageReference.ByDigest(bundle.Repository, image.Image.Digest!.Value), image.Image, bundle));
    }

    private static async Task<bool> IsBundleAsync(IImageRepository repository, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Config is not { Size: <= LongestConfig } config || manifest.Layers.Length != 1)
            return false;
        await using Stream stream = await repository.GetBlob(config).OpenAsync(0, cancellationToken);
        byte[] bytes = new byte[config.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return BundleLabel.IsPresent(bytes);
    }

    /// <summary>An image to look for.</summary>
    /// <param name="Place">Where a cluster looks first.</param>
    /// <param name="Locked">The location in the lock; null for none.</param>
    /// <param name="Bundle">The bundle that pins it; null for none.</param>
    private sealed record Wanted(ImageReference Place, ImageReference? Locked, ImageReference? Bundle)
    {
        /// <summary>The pinned index that has this image; null for a pinned image itself.</summary>
        public Digest? Pinned { get; init; }
    }
}
