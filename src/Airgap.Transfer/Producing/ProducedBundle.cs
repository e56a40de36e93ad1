using System.Collections.Immutable;
using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Producing;

/// <summary>
/// A bundle that was made but is not yet in any registry. Its bytes are available until it is disposed.
/// </summary>
internal sealed class ProducedBundle : IDisposable
{
    private readonly PackedImage _packed;
    private readonly IReadOnlyList<LayerEntry> _entries;

    internal ProducedBundle(
        ProduceRequest request, PackedImage packed, ImagesLock images, ImmutableArray<(RepositoryName Repository, LocalImage Image)> local,
        IReadOnlyList<LayerEntry> entries)
    {
        _packed = packed;
        _entries = entries;
        Reference = ImageReference.ByTag(request.Repository, request.Tag);
        IsNowhere = request.IsNowhere;
        Images = images;
        LocalImages = local;
    }

    /// <summary>The bundle, by tag.</summary>
    public ImageReference Reference { get; }

    /// <summary>Its digest.</summary>
    public Digest Digest => _packed.Manifest.Digest;

    /// <summary>The images that it pins.</summary>
    public ImagesLock Images { get; }

    /// <summary>Number of files in its layer.</summary>
    public int Files => _entries.Count(entry => !entry.IsFolder);

    /// <summary>True when the repository is only a name, which is never contacted.</summary>
    internal bool IsNowhere { get; }

    internal PackedImage Packed => _packed;

    /// <summary>The pinned images that are in no registry, each with its repository in the lock.</summary>
    internal ImmutableArray<(RepositoryName Repository, LocalImage Image)> LocalImages { get; }

    /// <summary>
    /// The registries as if the bundle had been pushed, to plan and carry out a relocation of <see cref="Reference"/>.
    /// </summary>
    public IRegistry Over(IRegistry registry) => new ProducedRegistry(registry, LocalContent.Of(this));

    /// <summary>
    /// Pushes the bundle, as <see cref="Pusher"/> does. Images stay in their registries; images that are in none are
    /// pushed to the bundle's repository, where they are looked up first.
    /// </summary>
    /// <exception cref="AirgapException">1xxx: the registry.</exception>
    public async Task<PushResult> PushAsync(IRegistry registry, IPushObserver observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(observer);
        long start = Stopwatch.GetTimestamp();
        foreach (LayerEntry entry in _entries)
            observer.Packing(entry);
        string[] tags = [Reference.Tag!, ContentTag.Of(Digest)];
        IImageRepository repository = registry.GetRepository(Reference.Repository);
        PushedBlob[] blobs =
        [
            .. await LocalImagePusher.PushAsync([.. LocalImages.Select(local => local.Image)], repository, observer, cancellationToken),
            .. await _packed.PushAsync(repository, tags, observer, cancellationToken),
        ];
        return new PushResult
        {
            Reference = Reference.WithDigest(Digest),
            IsBundle = true,
            Manifest = _packed.Manifest,
            Tags = [.. tags],
            Blobs = [.. blobs.DistinctBy(blob => blob.Descriptor.Digest)],
            Files = Files,
            Elapsed = Stopwatch.GetElapsedTime(start),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _packed.Dispose();
}
