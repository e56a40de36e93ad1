using System.IO.Compression;
using Airgap.Transfer.Files;
using ZstdSharp;

namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>Opens a layer's tar: gzip, zstd, or not compressed. The bytes decide, as media types are often wrong.</summary>
internal static class LayerStream
{
    private const int MagicLength = 4;

    // 128 MiB, the window size that zstd's own programs allow.
    private const int MaxWindowLog = 27;

    /// <summary>Opens the tar.</summary>
    /// <param name="layer">The layer from its first byte; stays open.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Stream> OpenTarAsync(Stream layer, CancellationToken cancellationToken)
    {
        byte[] magic = new byte[MagicLength];
        int read = await layer.ReadAtLeastAsync(magic, MagicLength, throwOnEndOfStream: false, cancellationToken);
        PrefixedStream whole = new(magic.AsMemory(0, read), layer);
        if (IsGzip(magic))
            return new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true);
        if (!IsZstd(magic))
            return whole;
        DecompressionStream zstd = new(whole, leaveOpen: true);
        zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, MaxWindowLog);
        return zstd;
    }

    private static bool IsGzip(ReadOnlySpan<byte> magic) => magic is [0x1f, 0x8b, ..];

    // A zstd frame, or a skippable frame before it.
    private static bool IsZstd(ReadOnlySpan<byte> magic) => magic is [0x28, 0xb5, 0x2f, 0xfd] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18];
}
