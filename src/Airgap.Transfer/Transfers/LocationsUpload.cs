using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The upload of one bundle's locations image to a repository. Its blobs are sent with the bundle's own; its manifest
/// follows when everything that it lists is present.
/// </summary>
internal sealed class LocationsUpload(IImageRepository repository, PlannedBundle bundle, ITransferObserver observer) : IAsyncDisposable
{
    private readonly LocationsImage _image = LocationsImage.Create(bundle.Locations);
    private CancellationTokenSource? _stop;
    private Task? _blobs;

    /// <summary>The bundle.</summary>
    public Digest Bundle => bundle.Digest;

    /// <summary>The tag.</summary>
    public string Tag { get; } = LocationsImage.Tag(bundle.Digest);

    /// <summary>The manifest's digest.</summary>
    public Digest Digest => _image.Manifest.Digest;

    /// <summary>Config and layer.</summary>
    public IEnumerable<Descriptor> Blobs => [_image.Manifest.Config!, _image.Manifest.Layers[0]];

    /// <summary>Sends the blobs. Not called for an existing image.</summary>
    /// <param name="replaces">True to send them even if the registry reports them as present.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public void Begin(bool replaces, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _blobs = Task.WhenAll(
            PushAsync(_image.Manifest.Config!, _image.Config, replaces, _stop.Token),
            PushAsync(_image.Manifest.Layers[0], _image.Layer, replaces, _stop.Token));
    }

    /// <summary>Pushes the manifest under its two tags, after the blobs.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_blobs is null)
            return;
        await _blobs;
        await Task.WhenAll(
            PutUnderTagAsync(cancellationToken),
            repository.PushManifestAsync(_image.Manifest, ContentTag.Of(_image.Manifest.Digest), cancellationToken));
    }

    /// <summary>Waits for the blobs to end, so that nothing continues in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_blobs is null || _stop is null)
            return;
        await _stop.CancelAsync();
        try
        {
            await _blobs;
        }
        catch (Exception)
        {
            // The caller that awaited this has reported the failure, or an earlier one.
        }

        _stop.Dispose();
    }

    private async Task PutUnderTagAsync(CancellationToken cancellationToken)
    {
        try
        {
            await repository.PushManifestAsync(_image.Manifest, Tag, cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.TagImmutable)
        {
            // Another locations image of the same bundle has the same content, since it lists the bundle's content.
            if (!await HasTagAsync(cancellationToken))
                throw;
            observer.Detail($"{repository.Name}:{Tag} is immutable and was kept.");
        }
    }

    // If the check fails, the refusal is the failure to report.
    private async Task<bool> HasTagAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await repository.ResolveAsync(Tag, cancellationToken) is not null;
        }
        catch (AirgapException)
        {
            return false;
        }
    }

    private Task PushAsync(Descriptor descriptor, ReadOnlyMemory<byte> bytes, bool replaces, CancellationToken cancellationToken)
    {
        MemoryBlobContent content = new(descriptor, bytes);
        return replaces ? repository.ReplaceBlobAsync(content, null, cancellationToken)
            : repository.PushBlobAsync(content, mountFrom: null, progress: null, cancellationToken);
    }
}
