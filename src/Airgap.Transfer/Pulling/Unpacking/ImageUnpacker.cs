using System.Buffers;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>
/// Unpacks the layers of images, within limits. Entries other than files and folders are left out, as in imgpkg.
/// </summary>
internal sealed class ImageUnpacker(UnpackBudget budget)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>The number of links, devices and the like left out so far.</summary>
    public int SkippedEntries { get; private set; }

    /// <summary>A folder to unpack to, which must not exist.</summary>
    public UnpackedFolder NewFolder(string place) => new(place, budget);

    /// <summary>
    /// Unpacks a layer on top of the existing content. The layer's digest is verified when this returns.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">The layer's name in errors.</param>
    /// <param name="folder">The target folder.</param>
    /// <param name="progress">Receives the number of compressed bytes read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayer"/>; 1xxx or 2xxx: the layer cannot be read; 3xxx: the
    /// folder.</exception>
    public async Task UnpackAsync(
        IBlobContent layer, string name, UnpackedFolder folder, Action<long> progress, CancellationToken cancellationToken)
    {
        budget.AddLayer(layer.Descriptor.Size);
        folder.BeginLayer();
        await using Stream content = await layer.OpenAsync(0, cancellationToken);
        await using CountingStream counted = new(content, progress);
        try
        {
            await using Stream tar = await LayerStream.OpenTarAsync(counted, cancellationToken);
            await UnpackTarAsync(tar, folder, cancellationToken);
        }
        catch (Exception e) when (e is LayerException or InvalidDataException or EndOfStreamException or FormatException
            or ArgumentException or ZstdSharp.ZstdException)
        {
            // A layer that was damaged on its way cannot be unpacked either: then its digest differs, which this read reports.
            await counted.CopyToAsync(Stream.Null, cancellationToken);
            throw new AirgapException(
                ErrorCode.InvalidLayer,
                $"The layer {name} cannot be unpacked: " +
                $"{(e is LayerException ? e.Message : "it is not a readable tar, plain or compressed by gzip or zstd")}.",
                (e as LayerException)?.Advice ?? "Check the origin of the image, and push it again with a current tool.",
                e)
            { Digest = layer.Descriptor.Digest.ToString() };
        }

        // Only the last byte shows whether the whole layer has its digest.
        await counted.CopyToAsync(Stream.Null, cancellationToken);
    }

    private async Task UnpackTarAsync(Stream tar, UnpackedFolder folder, CancellationToken cancellationToken)
    {
        await using MeteredStream metered = new(tar, budget);
        LayerTarReader reader = new(metered);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await reader.ReadNextAsync(cancellationToken) is { } entry)
            {
                budget.Entry();
                await AddAsync(entry, folder, buffer, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AddAsync(LayerTarEntry entry, UnpackedFolder folder, byte[] buffer, CancellationToken cancellationToken)
    {
        string path = LayerPath.Parse(entry.Name);
        switch (LayerPath.WhiteoutOf(path, out string target))
        {
            case WhiteoutKind.Single:
                folder.Remove(target);
                break;
            case WhiteoutKind.Opaque:
                folder.RemoveContent(target);
                break;
            case WhiteoutKind.None when entry.Kind == LayerTarKind.Folder:
                folder.AddFolder(path, entry.Mode);
                break;
            case WhiteoutKind.None when entry.Kind == LayerTarKind.File:
                if (path.Length == 0)
                    throw new LayerException("its root is a file");
                await using (FileStream file = folder.AddFile(path, entry.Mode))
                    await CopyAsync(entry.Content, file, buffer, cancellationToken);
                break;
            case WhiteoutKind.None:
                // Links could lead out of the folder, and devices do not belong in it.
                SkippedEntries++;
                break;
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, byte[] buffer, CancellationToken cancellationToken)
    {
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and int read)
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }

    private sealed class CountingStream(Stream inner, Action<long> progress) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        private int Count(int read)
        {
            if (read > 0)
                progress(read);
            return read;
        }
    }
}
