using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Layers;

/// <summary>A written layer.</summary>
/// <param name="Descriptor">Type, digest and length of the compressed layer.</param>
/// <param name="DiffId">The digest before compression, for the image's config.</param>
internal sealed record WrittenLayer(Descriptor Descriptor, Digest DiffId);

/// <summary>Packs files into the one layer of a bundle or image, with the bytes that imgpkg would make.</summary>
internal static class BundleLayer
{
    /// <summary>Writes a layer.</summary>
    /// <param name="entries">Its entries, from <see cref="LayerFiles.List"/>.</param>
    /// <param name="output">Receives the compressed layer; stays open. Its own failures are thrown unchanged.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="Oci.AirgapException">A file cannot be read: <see cref="Oci.ErrorCode.FileNotFound"/>,
    /// <see cref="Oci.ErrorCode.AccessDenied"/>, <see cref="Oci.ErrorCode.FileFailure"/>.</exception>
    public static async Task<WrittenLayer> WriteAsync(IReadOnlyList<LayerEntry> entries, Stream output, CancellationToken cancellationToken)
    {
        using HashingWriteStream compressed = new(output);
        using GoGzipStream gzip = new(compressed);
        using HashingWriteStream plain = new(gzip);
        LayerTarWriter tar = new(plain);
        foreach (LayerEntry entry in entries)
            await tar.WriteAsync(entry, cancellationToken);
        await tar.CompleteAsync(cancellationToken);
        await gzip.CompleteAsync(cancellationToken);
        return new WrittenLayer(new Descriptor(MediaTypes.DockerLayerGzip, compressed.Digest, compressed.Count), plain.Digest);
    }

    /// <summary>Writes a layer of one small file in memory.</summary>
    internal static (WrittenLayer Layer, byte[] Bytes) WriteSingle(string fileName, long mode, ReadOnlySpan<byte> content)
    {
        MemoryStream output = new();
        using GoGzipStream gzip = new(output);
        using HashingWriteStream plain = new(gzip);
        LayerTarWriter tar = new(plain);
        tar.WriteFolder(".", GoFileMode.PlainFolder);
        tar.Write(fileName, mode, content);
        tar.Complete();
        gzip.Complete();
        byte[] bytes = output.ToArray();
        return (new WrittenLayer(new Descriptor(MediaTypes.DockerLayerGzip, Digest.Compute(bytes), bytes.Length), plain.Digest), bytes);
    }
}
