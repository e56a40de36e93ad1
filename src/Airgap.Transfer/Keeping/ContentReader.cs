using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Reads manifests and their references: children, images that a bundle's lock pins and, in the repository itself,
/// attached artifacts.
/// </summary>
/// <param name="reader">Reads the registries.</param>
/// <param name="repository">The examined repository.</param>
/// <param name="tags">Its tags.</param>
internal sealed class ContentReader(SourceReader reader, RepositoryName repository, RepositoryTags tags)
{
    private readonly SharedTasks<(RepositoryName Place, Digest Digest), ContentNode?> _nodes = new();

    /// <summary>Reads a manifest; null if the repository has none.</summary>
    /// <exception cref="AirgapException">The registry does not answer. An existing but unreadable manifest has a
    /// <see cref="ContentNode.Problem"/>.</exception>
    public Task<ContentNode?> ReadAsync(RepositoryName place, Digest digest, CancellationToken cancellationToken) =>
        _nodes.GetOrAdd((place, digest), _ => ReadNewAsync(place, digest, cancellationToken));

    private async Task<ContentNode?> ReadNewAsync(RepositoryName place, Digest digest, CancellationToken cancellationToken)
    {
        ContentNode node;
        try
        {
            if (await reader.FindManifestAsync(place, digest.ToString(), cancellationToken) is not { } manifest)
                return null;
            node = await DescribeAsync(place, manifest, cancellationToken);
        }
        catch (AirgapException e) when (IsOfContent(e))
        {
            node = new ContentNode(new Descriptor("", digest, 0)) { Problem = e.Message };
        }

        return place == repository
            ? node with { Links = [.. node.Links.Concat(await BesideAsync(digest, cancellationToken)).Distinct()] } : node;
    }

    private async Task<ContentNode> DescribeAsync(RepositoryName place, Manifest manifest, CancellationToken cancellationToken)
    {
        List<ContentLink> links = [];
        if (manifest.Subject is { } subject)
            links.Add(new ContentLink(subject.Digest, LinkKind.Subject) { IsLeaf = true });
        if (manifest.IsIndex)
        {
            links.AddRange(manifest.Manifests.Select(
                child => new ContentLink(child.Digest, LinkKind.Child) { IsLeaf = !MediaTypes.IsIndex(child.MediaType) }));
            return new ContentNode(manifest.Descriptor) { Kind = "index", Links = [.. links.Distinct()] };
        }

        ContentNode image = new(manifest.Descriptor) { Blobs = [manifest.Config!, .. manifest.Layers], Links = [.. links] };
        try
        {
            if (manifest.Config!.Size > PlannedManifest.SmallBlob
                || !BundleLabel.IsPresent((await reader.ReadSmallBlobAsync(place, manifest.Config, cancellationToken)).Bytes.Span))
                return image;
            ImageReference reference = ImageReference.ByDigest(place, manifest.Digest);
            BundleContent content = await reader.ReadBlobAsync(
                place, BundleContent.LayerOf(manifest, reference),
                (stream, token) => BundleContent.ReadAsync(stream, reference, withPackages: false, token), cancellationToken);
            links.AddRange(content.Lock.Images.Select(
                locked => new ContentLink(locked.Image.Digest!.Value, LinkKind.Pinned) { Recorded = locked.Image.Repository }));
            return image with
            {
                Kind = "bundle",
                Links = [.. links.DistinctBy(link => (link.Target, link.Kind))],
                LeftOut = place == repository ? await LeftOutOfAsync(manifest.Digest, cancellationToken) : PlanOptions.NothingLeft,
            };
        }
        catch (AirgapException e) when (IsOfContent(e))
        {
            return image with { Problem = e.Message };
        }
    }

    // An unreadable note is ignored: missing content then counts as missing.
    private async Task<IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>>> LeftOutOfAsync(
        Digest bundle, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.ByTag(repository, LocationsImage.Tag(bundle));
        try
        {
            if (await tags.FindAsync(reference.Tag!, cancellationToken) is not { } digest
                || await reader.FindManifestAsync(repository, digest.ToString(), cancellationToken) is not { Layers: [{ } layer] })
                return PlanOptions.NothingLeft;
            ImageLocations? locations = await reader.ReadBlobAsync(
                repository, layer, (stream, token) => BundleContent.ReadLocationsAsync(stream, reference, token), cancellationToken);
            Dictionary<Digest, ImmutableHashSet<Digest>> left = [];
            foreach (ImageLocation location in (locations?.Images ?? []).Where(location => !location.LeftOut.IsEmpty))
            {
                if (ImageReference.TryParse(location.Image, out ImageReference? image, out _) && image.Digest is { } pinned)
                    left[pinned] = [.. location.LeftOut];
            }

            return left;
        }
        catch (AirgapException e) when (IsOfContent(e))
        {
            return PlanOptions.NothingLeft;
        }
    }

    private async Task<IEnumerable<ContentLink>> BesideAsync(Digest digest, CancellationToken cancellationToken)
    {
        List<ContentLink> links = [];
        if (await tags.FindAsync(LocationsImage.Tag(digest), cancellationToken) is { } locations)
            links.Add(new ContentLink(locations, LinkKind.Locations) { IsLeaf = true });
        foreach (string tag in CosignTags.All(digest))
        {
            if (await tags.FindAsync(tag, cancellationToken) is { } artifact)
                links.Add(new ContentLink(artifact, LinkKind.Artifact) { IsLeaf = true });
        }

        // The clients' referrers list is itself a manifest.
        if (await tags.FindAsync(ReferrerList.FallbackTag(digest), cancellationToken) is { } list)
            links.Add(new ContentLink(list, LinkKind.Referrer) { IsLeaf = true });
        ReferrerList referrers = await reader.ListReferrersAsync(repository, digest, hasFallback: null, cancellationToken);
        // What a broken list does not name would count as referenced by nothing, and be removed.
        if (referrers.IsPartial)
            throw new AirgapException(
                ErrorCode.RegistryFailed, $"The registry lists only the first of the referrers of {repository}@{digest}.",
                "Run it again; if it fails again, see the registry's log.")
            { Reference = $"{repository}@{digest}", Digest = digest.ToString() };
        links.AddRange(referrers.Manifests.Select(referrer => new ContentLink(referrer.Digest, LinkKind.Referrer) { IsLeaf = true }));
        return links;
    }

    // Failures that a retry would not change.
    private static bool IsOfContent(AirgapException e) =>
        e.Code is ErrorCode.InvalidManifest or ErrorCode.UnsupportedManifest or ErrorCode.InvalidBundle or ErrorCode.InvalidLock
        or ErrorCode.LockWithoutDigest or ErrorCode.BlobUnknown or ErrorCode.SizeMismatch or ErrorCode.InvalidLayer
        or ErrorCode.ResponseTooLarge;
}
