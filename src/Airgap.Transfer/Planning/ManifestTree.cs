using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Reads the descendants of a manifest: the children of an index to any reasonable depth, the blobs of an image.
/// </summary>
/// <param name="reader">Reads the source.</param>
/// <param name="options">Selects the manifests and blobs.</param>
/// <param name="small">Receives what was found; null for none.</param>
internal sealed class ManifestTree(SourceReader reader, PlanOptions options, SmallBundle? small = null)
{
    /// <summary>Deeper nesting of indexes is an attack, not an image.</summary>
    private const int MaxDepth = 16;

    /// <summary>An item with more manifests than this is an attack, not an image.</summary>
    private const int MaxManifests = 10_000;

    /// <summary>Finds all descendants of a manifest.</summary>
    /// <param name="origin">The repository of the manifest and its children.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leftOut">Manifests that the repository may lack although an index below this one lists them; null for none.</param>
    public async Task<PlannedManifest> ExpandAsync(
        RepositoryName origin, Manifest manifest, CancellationToken cancellationToken, IReadOnlySet<Digest>? leftOut = null)
    {
        int count = 0;
        PlannedManifest found = await ExpandAsync(manifest, depth: 0);
        small?.Note(found, cancellationToken);
        return found;

        async Task<PlannedManifest> ExpandAsync(Manifest node, int depth)
        {
            if (depth > MaxDepth || Interlocked.Increment(ref count) > MaxManifests)
            {
                throw new AirgapException(
                    ErrorCode.InvalidManifest,
                    $"The index {ImageReference.ByDigest(origin, manifest.Digest)} has more than {MaxManifests} manifests or is nested " +
                    $"deeper than {MaxDepth} levels.",
                    "Check the pushed content.")
                { Reference = origin.ToString(), Digest = manifest.Digest.ToString() };
            }

            if (!node.IsIndex)
                return await ImageAsync(node);
            IReadOnlySet<Digest>? chosen = options.LeftOut.GetValueOrDefault(node.Digest);
            PlannedManifest[] children = await Task.WhenAll(
                node.Manifests.Where(child => chosen?.Contains(child.Digest) != true && leftOut?.Contains(child.Digest) != true)
                .Select(async child => await ExpandAsync(await FetchChildAsync(child, node), depth + 1)));
            return new PlannedManifest { Manifest = node, Origin = origin, Children = [.. children] };
        }

        async Task<Manifest> FetchChildAsync(Descriptor child, Manifest parent) =>
            await reader.FindManifestAsync(origin, child.Digest.ToString(), cancellationToken)
            ?? throw new AirgapException(
                ErrorCode.ManifestUnknown,
                $"The index {ImageReference.ByDigest(origin, parent.Digest)} lists the manifest {child.Digest}, which the repository " +
                "does not have.",
                $"Push the whole index again, with all its platforms, or {AdviceTerms.SparsePlatforms}.")
            { Reference = origin.ToString(), Digest = child.Digest.ToString() };

        async Task<PlannedManifest> ImageAsync(Manifest image)
        {
            StoredBytes? config = options.EmbedConfigs ? await ReadConfigAsync(origin, image, cancellationToken) : null;
            return PlannedManifest.FromImage(origin, image, config, options.IncludeNonDistributableLayers);
        }
    }

    /// <summary>The config of an image manifest; null when it is too large to be an image's.</summary>
    public async Task<StoredBytes?> ReadConfigAsync(RepositoryName origin, Manifest image, CancellationToken cancellationToken) =>
        image.Config!.Size <= PlannedManifest.SmallBlob ? await reader.ReadSmallBlobAsync(origin, image.Config, cancellationToken) : null;
}
