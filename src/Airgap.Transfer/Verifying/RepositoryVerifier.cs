using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Plans the verification of a repository's content: the root, everything it refers to, and for a relocated bundle its locations images and
/// tags. Reads the blobs whose content it needs immediately, and leaves all others to the hasher.
/// </summary>
/// <param name="hosts">The registries.</param>
/// <param name="blobs">Reads the blobs.</param>
/// <param name="walk">Reads the manifests; several verifications may share it.</param>
/// <param name="findings">Receives the problems.</param>
/// <param name="root">The bundle or image to verify.</param>
internal sealed class RepositoryVerifier(VerifiedHosts hosts, BlobHasher blobs, ManifestWalk walk, Findings findings, ImageReference root)
{
    private readonly RepositoryName _home = root.Repository;
    private readonly RelocatedTags _tags = new(hosts, findings, root.Repository);
    private readonly Dictionary<(RepositoryName, Digest), Findings> _bundles = [];
    private bool? _isRelocated;

    /// <summary>Verifies the content.</summary>
    /// <returns>The verified reference by digest; unchanged if the digest was not found.</returns>
    public async Task<ImageReference> VerifyAsync(bool mustBeBundle, CancellationToken cancellationToken)
    {
        (VerifiedManifest? manifest, bool isBundle) = await InspectAsync(findings, _home, root.Selector, cancellationToken);
        if (manifest is null)
            return root;
        if (mustBeBundle && !isBundle)
            findings.Add(ErrorCode.NotABundle, $"{root} is not a bundle.", root.ToString(), manifest.Digest);
        if (isBundle)
            await BundlesAsync(manifest, cancellationToken);
        return root.WithDigest(manifest.Digest);
    }

    /// <summary>Verifies that a tag of the repository has the verified digest.</summary>
    public Task TagAsync(string tag, CancellationToken cancellationToken) =>
        _tags.CheckAsync(findings, tag, root.Digest!.Value, cancellationToken);

    private async Task<(VerifiedManifest? Manifest, bool IsBundle)> InspectAsync(
        Findings into, RepositoryName repository, string selector, CancellationToken cancellationToken, HashSet<Digest>? leftOut = null)
    {
        VerifiedManifest? manifest = await walk.WalkAsync(
            into, repository, selector, cancellationToken, leftOut is { Count: > 0 } ? leftOut : null);
        return (manifest, manifest is not null && await walk.IsBundleAsync(manifest, cancellationToken));
    }

    // Reads level by level, each bundle once, so that depth and order are the same in every run.
    private async Task BundlesAsync(VerifiedManifest rootBundle, CancellationToken cancellationToken)
    {
        List<(VerifiedManifest Bundle, Findings Findings)> level = [];
        Enqueue(findings, rootBundle, level);
        for (int depth = 1; level.Count > 0; depth++)
        {
            if (depth > BundleNode.MaxLevels)
            {
                findings.Add(BundleNode.TooDeep(root), root.ToString(), rootBundle.Digest);
                return;
            }

            List<Entry>[] entries = await Task.WhenAll(level.Select(node => BundleAsync(node.Bundle, node.Findings, cancellationToken)));
            level = [];
            foreach (Entry entry in entries.SelectMany(list => list))
            {
                if (entry is { IsBundle: true, Manifest: { } nested })
                    Enqueue(entry.Findings, nested, level);
            }
        }
    }

    private void Enqueue(Findings into, VerifiedManifest bundle, List<(VerifiedManifest, Findings)> level)
    {
        if (!_bundles.TryGetValue((bundle.Repository, bundle.Digest), out Findings? section))
        {
            _bundles.Add((bundle.Repository, bundle.Digest), section = findings.Apart());
            level.Add((bundle, section));
        }

        into.Include(section);
    }

    /// <summary>Verifies everything that a bundle's lock pins.</summary>
    private async Task<List<Entry>> BundleAsync(VerifiedManifest bundle, Findings into, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.ByDigest(bundle.Repository, bundle.Digest);
        try
        {
            BundleContent? content = await blobs.ReadAsync(
                into,
                bundle.Repository,
                BundleContent.LayerOf(bundle.Layers, reference),
                bundle.Digest,
                (stream, token) => BundleContent.ReadAsync(stream, reference, withPackages: false, token),
                cancellationToken);
            if (content is null)
                return [];
            // Only the root is checked: nested bundles were relocated with it.
            if (_isRelocated is null && (_isRelocated = await IsRelocatedAsync(content.Lock, bundle.Digest, cancellationToken)).Value)
                await _tags.CheckContentTagAsync(into, bundle.Digest, cancellationToken);
            // Their problems are reported after the images.
            Findings told = into.Apart();
            LocationsFile? locations = _isRelocated.Value && !content.Lock.Images.IsEmpty
                ? await LocationsAsync(told, bundle.Digest, cancellationToken) : null;
            ILookup<string, Digest> leftOut = (locations?.Locations?.Images ?? [])
                .SelectMany(image => image.LeftOut.Select(left => (Of: DigestText(image), Left: left)))
                .ToLookup(pair => pair.Of, pair => pair.Left);
            Entry[] entries = await Task.WhenAll(content.Lock.Images.Select(
                locked => LockedAsync(locked, [.. leftOut[locked.Image.Digest.ToString()!]], into.Section(), cancellationToken)));
            into.Include(told);
            if (locations is not null)
                Compare(locations, told, bundle.Digest, entries);
            return [.. entries];
        }
        catch (AirgapException e)
        {
            hosts.Report(into, bundle.Repository, e, reference.ToString(), bundle.Digest);
            return [];
        }
    }

    private async Task<Entry> LockedAsync(
        LockedImage locked, HashSet<Digest> leftOut, Findings into, CancellationToken cancellationToken)
    {
        RepositoryName place = _isRelocated == true ? _home : locked.Image.Repository;
        Digest digest = locked.Image.Digest!.Value;
        (VerifiedManifest? manifest, bool isBundle) = await InspectAsync(into, place, digest.ToString(), cancellationToken, leftOut);
        if (manifest is not null && _isRelocated == true)
            await _tags.CheckContentTagAsync(into, digest, cancellationToken);
        return new Entry(locked, manifest, isBundle, into);
    }

    /// <summary>False for a bundle that was only pushed: it has no locations image, and its images are where its lock says.</summary>
    private async Task<bool> IsRelocatedAsync(ImagesLock images, Digest bundle, CancellationToken cancellationToken)
    {
        if (await _tags.ResolveAsync(LocationsImage.Tag(bundle), cancellationToken) is not null)
            return true;
        foreach (Digest[] some in images.Images.Where(locked => locked.Image.Repository != _home)
            .Select(locked => locked.Image.Digest!.Value).Distinct().Chunk(hosts.Concurrency))
        {
            Descriptor?[] found = await Task.WhenAll(some.Select(digest => _tags.ResolveAsync(digest.ToString(), cancellationToken)));
            if (Array.Exists(found, there => there is not null))
                return true;
        }

        return false;
    }

    // Null if it cannot be read, which is reported.
    private async Task<LocationsFile?> LocationsAsync(Findings into, Digest bundle, CancellationToken cancellationToken)
    {
        string tag = LocationsImage.Tag(bundle);
        if (await walk.WalkAsync(into, _home, tag, cancellationToken) is not { } manifest)
            return null;
        await _tags.CheckContentTagAsync(into, manifest.Digest, cancellationToken);
        ImageReference reference = ImageReference.ByTag(_home, tag);
        if (manifest.Layers is not [{ } layer])
        {
            into.Add(ErrorCode.InvalidBundle, $"{reference} is not a locations image: it has {manifest.Layers.Length} layers.",
                reference.ToString(), manifest.Digest);
            return null;
        }

        try
        {
            return await blobs.ReadAsync(
                into,
                _home,
                layer,
                manifest.Digest,
                async (content, token) => new LocationsFile(
                    await BundleContent.ReadLocationsAsync(content, reference, token), reference.ToString(), manifest.Digest),
                cancellationToken);
        }
        catch (AirgapException e)
        {
            into.Add(e, reference.ToString(), manifest.Digest);
            return null;
        }
    }

    private static void Compare(LocationsFile file, Findings into, Digest bundle, Entry[] entries)
    {
        HashSet<(string, bool)> expected = [.. entries.Select(entry => (entry.Locked.Image.Digest.ToString()!, entry.IsBundle))];
        HashSet<(string, bool)> actual =
            [.. (file.Locations?.Images ?? []).Select(image => (DigestText(image), image.IsBundle))];
        if (!expected.SetEquals(actual))
            into.Add(ErrorCode.InvalidBundle, $"{file.Reference} does not list what the bundle {bundle} pins.",
                file.Reference, file.Digest);
    }

    private static string DigestText(ImageLocation image) => image.Image[(image.Image.IndexOf('@') + 1)..];

    private sealed record Entry(LockedImage Locked, VerifiedManifest? Manifest, bool IsBundle, Findings Findings);

    // The file is null if the layer does not contain it.
    private sealed record LocationsFile(ImageLocations? Locations, string Reference, Digest Digest);
}
