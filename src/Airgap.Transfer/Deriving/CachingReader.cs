using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Deriving;

/// <summary>Reads bundles and keeps the content, so that planning requests nothing again.</summary>
internal sealed class CachingReader(SourceReader reader) : IDisposable
{
    private readonly ConcurrentBag<(RepositoryName Repository, Manifest Manifest, IBlobContent[] Blobs)> _content = [];
    private readonly ConcurrentBag<string> _made = [];

    /// <summary>Reads a manifest, which is not kept.</summary>
    public Task<Manifest> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
        reader.GetManifestAsync(reference, cancellationToken);

    /// <summary>Keeps a manifest.</summary>
    /// <returns>The manifest.</returns>
    public Manifest Remember(RepositoryName repository, Manifest manifest)
    {
        Remember(repository, manifest, []);
        return manifest;
    }

    /// <summary>Keeps a manifest with blobs of its image.</summary>
    public void Remember(RepositoryName repository, Manifest manifest, IBlobContent[] blobs) => _content.Add((repository, manifest, blobs));

    /// <summary>Keeps a manifest that was made, and that is in no registry.</summary>
    /// <returns>The manifest.</returns>
    public Manifest RememberMade(RepositoryName repository, Manifest manifest, params IBlobContent[] blobs)
    {
        _made.Add(manifest.Digest.ToString());
        Remember(repository, manifest, blobs);
        return manifest;
    }

    /// <summary>Reads a child of an index.</summary>
    public async Task<Manifest> FetchAsync(RepositoryName origin, Descriptor child, CancellationToken cancellationToken)
    {
        Manifest manifest = await reader.GetManifestAsync(ImageReference.ByDigest(origin, child.Digest), cancellationToken);
        return Remember(origin, manifest);
    }

    /// <summary>Reads an image's config; null if it is too large to be one.</summary>
    public async Task<StoredBytes?> ReadConfigAsync(RepositoryName origin, Manifest manifest, CancellationToken cancellationToken) =>
        manifest.Config!.Size <= PlannedManifest.SmallBlob ? await ReadAsync(origin, manifest, manifest.Config, cancellationToken) : null;

    private async Task<StoredBytes> ReadAsync(
        RepositoryName origin, Manifest manifest, Descriptor blob, CancellationToken cancellationToken)
    {
        StoredBytes held = await reader.ReadSmallBlobAsync(origin, blob, cancellationToken);
        Remember(origin, manifest, [new MemoryBlobContent(blob, held)]);
        return held;
    }

    /// <summary>Reads the files of a bundle.</summary>
    public async Task<ImmutableArray<BundleFile>> ReadFilesAsync(
        ImageReference source, Manifest manifest, CancellationToken cancellationToken)
    {
        Descriptor layer = BundleContent.LayerOf(manifest, source);
        if (layer.Size <= PlannedManifest.SmallBlob)
            await ReadAsync(source.Repository, manifest, layer, cancellationToken);
        return await reader.ReadBlobAsync(
            source.Repository, layer, (stream, token) => BundleFile.ReadAllAsync(stream, source, token), cancellationToken);
    }

    /// <summary>Everything read or made, by repository.</summary>
    public Dictionary<RepositoryName, LocalContent> Content()
    {
        Dictionary<RepositoryName, LocalContent> local = [];
        HashSet<string> made = [.. _made];
        foreach ((RepositoryName repository, Manifest manifest, IBlobContent[] blobs) in _content)
        {
            if (!local.TryGetValue(repository, out LocalContent? content))
                local.Add(repository, content = new LocalContent(isNowhere: false) { Made = made });
            content.Add(manifest, blobs);
        }

        return local;
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();
}
