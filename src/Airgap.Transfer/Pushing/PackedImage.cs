using System.Collections.Immutable;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pushing;

/// <summary>An image or bundle of files, packed but not yet sent: layer, config and manifest.</summary>
internal sealed class PackedImage : IDisposable
{
    private readonly PackedLayer _layer;

    private PackedImage(PackedLayer layer, IBlobContent config, Manifest manifest)
    {
        _layer = layer;
        Blobs = [layer.Content, config];
        Manifest = manifest;
    }

    /// <summary>Digests and length of the layer.</summary>
    public WrittenLayer Layer => _layer.Layer;

    /// <summary>The manifest.</summary>
    public Manifest Manifest { get; }

    /// <summary>Layer and config.</summary>
    public ImmutableArray<IBlobContent> Blobs { get; }

    /// <summary>Packs files.</summary>
    /// <inheritdoc cref="PackedLayer.PackAsync"/>
    public static async Task<PackedImage> PackAsync(
        IReadOnlyList<LayerEntry> entries, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? annotations = null)
    {
        PackedLayer layer = await Task.Run(() => PackedLayer.PackAsync(entries, cancellationToken), cancellationToken);
        byte[] config = ImageConfigWriter.Write(layer.Layer.DiffId, labels);
        Manifest manifest = ImageManifestWriter.Write(config, layer.Layer.Descriptor, annotations);
        return new PackedImage(layer, new MemoryBlobContent(manifest.Config!, config), manifest);
    }

    /// <summary>Pushes: blobs, then the manifest under each tag, in order.</summary>
    public async Task<PushedBlob[]> PushAsync(
        IImageRepository repository, IEnumerable<string> tags, IPushObserver observer, CancellationToken cancellationToken)
    {
        observer.Sending(Blobs.Length, Blobs.Sum(content => content.Descriptor.Size));
        PushedBlob[] blobs = await Task.WhenAll(Blobs.Select(content => SendAsync(repository, content, observer, cancellationToken)));
        foreach (string tag in tags)
            await repository.PushManifestAsync(Manifest, tag, cancellationToken);
        return blobs;
    }

    public void Dispose() => _layer.Dispose();

    private static async Task<PushedBlob> SendAsync(
        IImageRepository repository, IBlobContent content, IPushObserver observer, CancellationToken cancellationToken)
    {
        observer.BlobStarted(content.Descriptor);
        BlobOutcome outcome = await repository.PushBlobAsync(
            content, mountFrom: null, new Progress(observer, content.Descriptor), cancellationToken);
        observer.BlobFinished(content.Descriptor, outcome);
        return new PushedBlob(content.Descriptor, outcome);
    }

    private sealed class Progress(IPushObserver observer, Descriptor blob) : IProgress<long>
    {
        public void Report(long value) => observer.BlobProgress(blob, value);
    }
}
