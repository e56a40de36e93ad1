using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pushing;

/// <summary>Makes a bundle or image from files and folders, with imgpkg's bytes, and pushes it to a registry.</summary>
/// <param name="registry">The registry, with its credentials.</param>
/// <param name="observer">Receives progress events; null for none.</param>
/// <remarks>No time is written, so SOURCE_DATE_EPOCH has nothing to change: the same files give the same digest everywhere.</remarks>
internal sealed class Pusher(IRegistry registry, IPushObserver? observer = null)
{
    private readonly IPushObserver _observer = observer ?? new SilentPush();

    /// <summary>
    /// Checks the files, packs them, and pushes: blobs, then the manifest under the user's tag, then under <c>sha256-HEX.imgpkg</c>.
    /// </summary>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidBundle"/>: not exactly one <c>.imgpkg</c>, not directly in an input, or without
    /// images.yml; <see cref="ErrorCode.InvalidLock"/> or <see cref="ErrorCode.LockWithoutDigest"/>: images.yml is
    /// wrong, with file, line and column; <see cref="ErrorCode.UnexpectedBundle"/>: a bundle pushed as an image;
    /// <see cref="ErrorCode.ConflictingDestination"/>: a path in two inputs; <see cref="ErrorCode.InvalidArgument"/>:
    /// no input, the reserved label, a link or special file; <see cref="ErrorCode.InvalidReference"/>: a digest as the
    /// destination; 1xxx: the registry; 3xxx: a file.
    /// </exception>
    public async Task<PushResult> PushAsync(PushRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        (PackedImage image, IReadOnlyList<LayerEntry> entries) = await PackFilesAsync(request, cancellationToken);
        using PackedImage packed = image;
        string[] tags = [request.Destination.Tag!, ContentTag.Of(packed.Manifest.Digest)];
        PushedBlob[] blobs = await packed.PushAsync(
            registry.GetRepository(request.Destination.Repository), tags, _observer, cancellationToken);
        return new PushResult
        {
            Reference = ImageReference.ByDigest(request.Destination.Repository, packed.Manifest.Digest),
            IsBundle = request.IsBundle,
            Manifest = packed.Manifest,
            Tags = [.. tags],
            Blobs = [.. blobs],
            Files = entries.Count(entry => !entry.IsFolder),
            Elapsed = Stopwatch.GetElapsedTime(start),
        };
    }

    /// <summary>Checks the files and packs them for an archive, without contacting a registry.</summary>
    /// <exception cref="AirgapException">As for <see cref="PushAsync"/>, except 1xxx.</exception>
    public async Task<PackedArchive> PackAsync(PushRequest request, CancellationToken cancellationToken)
    {
        (PackedImage packed, IReadOnlyList<LayerEntry> entries) = await PackFilesAsync(request, cancellationToken);
        return PackedArchive.Create(request, packed, entries);
    }

    private async Task<(PackedImage Packed, IReadOnlyList<LayerEntry> Entries)> PackFilesAsync(
        PushRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        IReadOnlyList<LayerEntry> entries = await Task.Run(() => List(request), cancellationToken);
        foreach (LayerEntry entry in entries)
            _observer.Packing(entry);
        PackedImage packed = await PackedImage.PackAsync(
            entries, request.IsBundle ? request.Labels.SetItem(PushRequest.ReservedLabel, "true") : request.Labels, cancellationToken);
        _observer.Detail($"Packed {entries.Count} entries: layer {packed.Layer.Descriptor.Digest}, manifest {packed.Manifest.Digest}.");
        return (packed, entries);
    }

    private static IReadOnlyList<LayerEntry> List(PushRequest request)
    {
        // Each input by itself first, so that two bundles are reported as such, not by their common paths.
        LayerEntry[] found = [.. request.Inputs.SelectMany(input => LayerFiles.List([input], request.Layer))];
        if (request.IsBundle)
            BundleFiles.Validate(request.Inputs, found);
        else
            BundleFiles.Refuse(request.Inputs, found);
        return request.Inputs.Length == 1 ? found : LayerFiles.List(request.Inputs, request.Layer);
    }

    private static void Check(PushRequest request)
    {
        if (request.Inputs.IsEmpty)
            throw new AirgapException(
                ErrorCode.InvalidArgument, "There is nothing to push: no file or folder is given.", "Give files or folders with -f.");
        if (request.Labels.ContainsKey(PushRequest.ReservedLabel))
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument,
                $"label '{PushRequest.ReservedLabel}' is reserved and cannot be overriden. Please use a different key.",
                "It is written when a bundle is pushed with -b.");
        }

        if (request.Destination.Digest is not null)
        {
            throw new AirgapException(
                ErrorCode.InvalidReference,
                $"'{request.Destination}' names a digest, but the digest results from the content.",
                "Push to HOST[:PORT]/PATH:TAG.")
            { Reference = request.Destination.ToString() };
        }
    }

    private sealed class SilentPush : IPushObserver;
}
