using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;
using Airgap.Transfer.Bundles;

namespace Airgap.Registry.Page;

/// <summary>Describes the manifests of a registry. Content never changes under its digest, so each is read once.</summary>
internal sealed class ItemInspector(IRegistryContent content)
{
    private const int MaxConfig = 1024 * 1024;
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<Digest, ServedItem> _seen = new();

    /// <summary>The known description of a manifest; null if unknown.</summary>
    public ServedItem? Known(Digest digest) => _seen.GetValueOrDefault(digest);

    /// <summary>Describes a manifest; null when it cannot be read.</summary>
    public async Task<ServedItem?> FindAsync(string name, Digest digest, CancellationToken cancellationToken)
    {
        if (_seen.TryGetValue(digest, out ServedItem? known))
            return known;
        try
        {
            if (Read(name, digest) is not { } manifest)
                return null;
            ServedItem item = await InspectAsync(name, manifest, cancellationToken);
            if (_seen.Count >= MaxRemembered)
                _seen.Clear();
            return _seen[digest] = item;
        }
        catch (Exception e) when (e is AirgapException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private Manifest? Read(string name, Digest digest)
    {
        using StoredManifest? stored = content.OpenManifest(name, digest);
        return stored is null || stored.Content.Length > Manifest.MaxBytes
            ? null : Manifest.Parse(stored.Content.ReadAll(), stored.MediaType, digest);
    }

    private async Task<ServedItem> InspectAsync(string name, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.IsIndex)
        {
            long bytes = manifest.Manifests.DistinctBy(child => child.Digest)
                .Sum(child => Read(name, child.Digest) is { IsIndex: false } image ? BytesOf(image) : 0);
            return new ServedItem(ServedKind.Index, bytes, null, []);
        }

        if (IsBundle(name, manifest))
        {
            // Its label makes it a bundle, even if its layer cannot be read.
            BundlePackages? shelf = await ReadPackagesAsync(name, manifest, cancellationToken);
            return new ServedItem(ServedKind.Bundle, BytesOf(manifest), shelf?.Images, shelf?.Packages ?? []);
        }

        bool isImage = manifest.Config!.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig;
        return new ServedItem(isImage ? ServedKind.Image : ServedKind.Artifact, BytesOf(manifest), null, []);
    }

    private async Task<BundlePackages?> ReadPackagesAsync(string name, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Layers is not [{ } layer] || content.OpenBlob(name, layer.Digest) is not { } blob)
            return null;
        await using ContentStream stream = new(blob);
        return await BundlePackages.ReadAsync(stream, cancellationToken);
    }

    private bool IsBundle(string name, Manifest manifest)
    {
        using StoredContent? config = content.OpenBlob(name, manifest.Config!.Digest);
        return config is { Length: <= MaxConfig } && BundleLabel.IsPresent(config.ReadAll());
    }

    private static long BytesOf(Manifest image) =>
        image.Descriptor.Size + image.Layers.Prepend(image.Config!).DistinctBy(blob => blob.Digest).Sum(blob => blob.Size);
}
