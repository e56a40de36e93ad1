using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Verifying;

/// <summary>Verifies what is in a repository: the root, all it refers to, and for a relocated bundle its locations images and tags.</summary>
/// <param name="registry">The registries.</param>
/// <param name="root">What is verified.</param>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="seen">Every manifest and blob that was read, and whether it was right; several verifications may share it.</param>
internal sealed class RepositoryVerifier(IRegistry registry, ImageReference root, Findings findings, Dictionary<(RepositoryName, Digest), bool> seen)
{
    private readonly HashSet<(RepositoryName, Digest)> _locked = [];
    private readonly IImageRepository _home = registry.GetRepository(root.Repository);
    private List<string>? _tags;

    /// <summary>Verifies it.</summary>
    /// <returns>It by its digest, as far as that could be found.</returns>
    public async Task<ImageReference> VerifyAsync(bool mustBeBundle, CancellationToken cancellationToken)
    {
        Manifest? manifest = await ManifestAsync(_home, root.Selector, null, cancellationToken);
        if (manifest is null)
            return root;
        bool isBundle = await ContentAsync(_home, manifest, cancellationToken);
        if (mustBeBundle && !isBundle)
            findings.Add(ErrorCode.NotABundle, $"{root} is not a bundle.", root.ToString(), manifest.Digest);
        if (isBundle)
            await BundleAsync(_home, manifest, isRelocated: null, cancellationToken);
        return root.WithDigest(manifest.Digest);
    }

    /// <summary>Verifies that a tag of the repository stands for the digest that it is verified by.</summary>
    public async Task TagAsync(string tag, CancellationToken cancellationToken)
    {
        string place = $"{_home.Name}:{tag}";
        Digest expected = root.Digest!.Value;
        try
        {
            Descriptor? found = await _home.ResolveAsync(tag, cancellationToken);
            if (found is null)
                findings.Add(ErrorCode.ManifestUnknown, $"{place} does not exist.", place, expected);
            else if (found.Digest != expected)
                findings.Add(ErrorCode.DestinationMismatch, $"{place} stands for {found.Digest}, and the lock says {expected}.", place, expected);
        }
        catch (AirgapException e)
        {
            findings.Add(e, place, expected);
        }
    }

    /// <summary>Verifies a manifest itself. Null when there is none that can be read, which is a problem then.</summary>
    private async Task<Manifest?> ManifestAsync(IImageRepository repository, string selector, long? size, CancellationToken cancellationToken)
    {
        string place = selector.Contains(':') ? $"{repository.Name}@{selector}" : $"{repository.Name}:{selector}";
        Digest? asked = Digest.TryParse(selector, out Digest parsed) ? parsed : null;
        try
        {
            if (await repository.FindManifestAsync(selector, cancellationToken) is not { } manifest)
            {
                findings.Add(ErrorCode.ManifestUnknown, $"{place} does not exist.", place, asked);
                return null;
            }

            findings.CountManifest(manifest.Bytes.Length);
            Digest actual = Digest.ComputeLike(asked ?? manifest.Digest, manifest.Bytes.Span);
            if (actual != (asked ?? manifest.Digest))
                findings.Add(ErrorCode.DigestMismatch, $"{place} has the digest {actual}.", place, asked);
            else if (size is { } expected && expected != manifest.Bytes.Length)
                findings.Add(ErrorCode.SizeMismatch, $"{place} has {manifest.Bytes.Length} bytes, and the index that lists it says {expected}.", place, asked);
            return manifest;
        }
        catch (AirgapException e)
        {
            findings.Add(e, place, asked);
            return null;
        }
    }

    /// <summary>Verifies all that a manifest refers to.</summary>
    /// <returns>True when it is a bundle's.</returns>
    private async Task<bool> ContentAsync(IImageRepository repository, Manifest manifest, CancellationToken cancellationToken)
    {
        seen.TryAdd((repository.Name, manifest.Digest), true);
        foreach (Descriptor child in manifest.Manifests.Where(child => seen.TryAdd((repository.Name, child.Digest), true)))
        {
            if (await ManifestAsync(repository, child.Digest.ToString(), child.Size, cancellationToken) is { } found)
                await ContentAsync(repository, found, cancellationToken);
        }

        foreach (Descriptor layer in manifest.Layers.Where(layer => !MediaTypes.IsNonDistributable(layer.MediaType)))
            await BlobAsync(repository, layer, cancellationToken);
        return manifest.Config is { } config && await BlobAsync(repository, config, cancellationToken) && await IsBundleAsync(repository, config, cancellationToken);
    }

    private async Task<bool> BlobAsync(IImageRepository repository, Descriptor blob, CancellationToken cancellationToken)
    {
        if (seen.TryGetValue((repository.Name, blob.Digest), out bool isRight))
            return isRight;
        seen.Add((repository.Name, blob.Digest), false);
        string place = $"{repository.Name}@{blob.Digest}";
        try
        {
            await using Stream content = await repository.GetBlob(blob.AsStored).OpenAsync(0, cancellationToken);
            return seen[(repository.Name, blob.Digest)] = await findings.CheckAsync(content, blob.Digest, blob.Size, place, cancellationToken);
        }
        catch (AirgapException e)
        {
            findings.Add(e, place, blob.Digest);
            return false;
        }
    }

    private async Task<bool> IsBundleAsync(IImageRepository repository, Descriptor config, CancellationToken cancellationToken)
    {
        if (config.Size > Manifest.MaxBytes)
            return false;
        try
        {
            await using Stream content = await repository.GetBlob(config.AsStored).OpenAsync(0, cancellationToken);
            byte[] bytes = new byte[config.Size];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return BundleLabel.IsPresent(bytes);
        }
        catch (AirgapException e)
        {
            // It was right a moment ago.
            findings.Add(e, $"{repository.Name}@{config.Digest}", config.Digest);
            return false;
        }
    }

    /// <summary>Verifies everything that a bundle's lock pins.</summary>
    /// <param name="repository">Where the bundle is.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="isRelocated">Whether everything must be in its repository; null to find out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    private async Task BundleAsync(IImageRepository repository, Manifest bundle, bool? isRelocated, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.ByDigest(repository.Name, bundle.Digest);
        List<(LockedImage Locked, bool IsBundle)> entries = [];
        try
        {
            Descriptor layer = BundleContent.LayerOf(bundle, reference);
            await using Stream content = await repository.GetBlob(layer.AsStored).OpenAsync(0, cancellationToken);
            ImagesLock images = (await BundleContent.ReadAsync(content, reference, withPackages: false, cancellationToken)).Lock;
            if (isRelocated is null && (isRelocated = await IsRelocatedAsync(images, bundle.Digest, cancellationToken)).Value)
                await ContentTagAsync(bundle.Digest, cancellationToken);
            foreach (LockedImage locked in images.Images)
                entries.Add((locked, await LockedAsync(locked.Image, isRelocated.Value, cancellationToken)));
        }
        catch (AirgapException e)
        {
            findings.Add(e, reference.ToString(), bundle.Digest);
            return;
        }

        if (isRelocated.Value && entries.Count > 0)
            await LocationsAsync(bundle.Digest, entries, cancellationToken);
    }

    private async Task<bool> LockedAsync(ImageReference image, bool isRelocated, CancellationToken cancellationToken)
    {
        IImageRepository place = isRelocated ? _home : registry.GetRepository(image.Repository);
        Digest digest = image.Digest!.Value;
        bool isNew = _locked.Add((place.Name, digest));
        if (await ManifestAsync(place, digest.ToString(), null, cancellationToken) is not { } manifest)
            return false;
        if (isRelocated && isNew)
            await ContentTagAsync(digest, cancellationToken);
        bool isBundle = await ContentAsync(place, manifest, cancellationToken);
        if (isBundle && isNew)
            await BundleAsync(place, manifest, isRelocated, cancellationToken);
        return isBundle;
    }

    /// <summary>A bundle that was only pushed has its images where its lock says, and no locations image.</summary>
    private async Task<bool> IsRelocatedAsync(ImagesLock images, Digest bundle, CancellationToken cancellationToken)
    {
        if (await _home.ResolveAsync(LocationsImage.Tag(bundle), cancellationToken) is not null)
            return true;
        foreach (LockedImage locked in images.Images.Where(locked => locked.Image.Repository != _home.Name))
        {
            if (await _home.ResolveAsync(locked.Image.Digest!.Value.ToString(), cancellationToken) is not null)
                return true;
        }

        return false;
    }

    private async Task LocationsAsync(Digest bundle, List<(LockedImage Locked, bool IsBundle)> entries, CancellationToken cancellationToken)
    {
        string tag = LocationsImage.Tag(bundle);
        if (await ManifestAsync(_home, tag, null, cancellationToken) is not { } manifest)
            return;
        await ContentAsync(_home, manifest, cancellationToken);
        await ContentTagAsync(manifest.Digest, cancellationToken);
        ImageReference reference = ImageReference.ByTag(_home.Name, tag);
        if (manifest.Layers is not [{ } layer])
        {
            findings.Add(ErrorCode.InvalidBundle, $"{reference} is no locations image: it has {manifest.Layers.Length} layers.", reference.ToString(), manifest.Digest);
            return;
        }

        try
        {
            await using Stream content = await _home.GetBlob(layer.AsStored).OpenAsync(0, cancellationToken);
            ImageLocations? locations = await BundleContent.ReadLocationsAsync(content, reference, cancellationToken);
            HashSet<(string, bool)> expected = [.. entries.Select(entry => (entry.Locked.Image.Digest.ToString()!, entry.IsBundle))];
            HashSet<(string, bool)> actual = [.. (locations?.Images ?? []).Select(image => (image.Image[(image.Image.IndexOf('@') + 1)..], image.IsBundle))];
            if (!expected.SetEquals(actual))
                findings.Add(ErrorCode.InvalidBundle, $"{reference} does not list what the bundle {bundle} pins.", reference.ToString(), manifest.Digest);
        }
        catch (AirgapException e)
        {
            findings.Add(e, reference.ToString(), manifest.Digest);
        }
    }

    /// <summary>An image without a tag of its own is collected as garbage.</summary>
    private async Task ContentTagAsync(Digest digest, CancellationToken cancellationToken)
    {
        string tag = ContentTags.Default(digest);
        string place = $"{_home.Name}:{tag}";
        try
        {
            Descriptor? found = await _home.ResolveAsync(tag, cancellationToken);
            if (found is null)
            {
                // With --repo-based-tags the source repository stands in front.
                _tags ??= await ListAsync(cancellationToken);
                if (_tags.Find(name => name.EndsWith("-" + tag, StringComparison.Ordinal)) is { } other)
                    found = await _home.ResolveAsync(other, cancellationToken);
            }

            if (found is null)
                findings.Add(ErrorCode.ManifestUnknown, $"{place} does not exist: no tag keeps {digest} from being collected as garbage.", place, digest);
            else if (found.Digest != digest)
                findings.Add(ErrorCode.DestinationMismatch, $"{place} stands for {found.Digest}.", place, digest);
        }
        catch (AirgapException e)
        {
            findings.Add(e, place, digest);
        }
    }

    private async Task<List<string>> ListAsync(CancellationToken cancellationToken)
    {
        List<string> tags = [];
        await foreach (string tag in _home.ListTagsAsync(cancellationToken))
            tags.Add(tag);
        return tags;
    }
}
