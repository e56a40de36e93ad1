using System.Buffers;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>Where everything of an archive stands. All sizes are known before the first byte is fetched, so every offset is, too.</summary>
internal sealed class ArchiveLayout
{
    /// <summary>The name of the first entry.</summary>
    public const string ManifestName = "manifest.json";

    private ArchiveLayout(ReadOnlyMemory<byte> manifest, ImmutableArray<ArchiveLayer> layers, long length)
    {
        Manifest = manifest;
        Layers = layers;
        Length = length;
    }

    /// <summary>The bytes of manifest.json.</summary>
    public ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>The layers in ascending order of digest.</summary>
    public ImmutableArray<ArchiveLayer> Layers { get; }

    /// <summary>Length of the whole file, the two blocks of zeros at its end included.</summary>
    public long Length { get; }

    /// <summary>The entry that holds a layer; the suffix is always the same, whatever the layer's compression.</summary>
    public static string NameOf(Digest digest) => $"{digest.Algorithm}-{digest.Hex}.tar.gz";

    /// <summary>The header of an entry: one block, or three from 8 GiB on.</summary>
    public static byte[] HeaderOf(string name, long size) => TarHeader.Make(name, isFolder: false, mode: 0b110_100_100, size);

    /// <summary>Length of a content filled up to whole blocks.</summary>
    public static long Padded(long size) => size + TarHeader.Padding(size);

    /// <summary>True when a file begins as this archive does: its manifest.json says where everything stands.</summary>
    public async Task<bool> IsOfAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        byte[] header = HeaderOf(ManifestName, Manifest.Length);
        return await HasAsync(file, header, 0, cancellationToken) && await HasAsync(file, Manifest, header.Length, cancellationToken);
    }

    /// <summary>Lays out the archive of a plan.</summary>
    public static ArchiveLayout Create(TransferPlan plan)
    {
        ReadOnlyMemory<byte> manifest = ArchiveManifestWriter.Write(plan);
        long offset = HeaderOf(ManifestName, manifest.Length).Length + Padded(manifest.Length);
        ImmutableArray<ArchiveLayer>.Builder layers = ImmutableArray.CreateBuilder<ArchiveLayer>();

        // Configs stand inside manifest.json; only layers are entries of their own.
        HashSet<Digest> wanted = [.. plan.Items
            .SelectMany(item => item.Content.SelfAndDescendants())
            .SelectMany(node => node.Blobs.Where(blob => !ReferenceEquals(blob, node.Manifest.Config)))
            .Select(blob => blob.Digest)];
        foreach (PlannedBlob blob in plan.Blobs.Where(blob => wanted.Contains(blob.Descriptor.Digest)))
        {
            long size = blob.Descriptor.Size;
            int header = HeaderOf(NameOf(blob.Descriptor.Digest), size).Length;
            layers.Add(new ArchiveLayer(blob, offset, offset + header));
            offset += header + Padded(size);
        }

        return new ArchiveLayout(manifest, layers.ToImmutable(), offset + (2 * TarHeader.BlockSize));
    }

    private static async Task<bool> HasAsync(SafeFileHandle file, ReadOnlyMemory<byte> expected, long offset, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (int done = 0; done < expected.Length;)
            {
                int read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, Math.Min(buffer.Length, expected.Length - done)), offset + done, cancellationToken);
                if (read == 0 || !expected.Span.Slice(done, read).SequenceEqual(buffer.AsSpan(0, read)))
                    return false;
                done += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>A layer's place.</summary>
/// <param name="Blob">The layer.</param>
/// <param name="HeaderOffset">Where its tar header starts, in bytes from the start of the file.</param>
/// <param name="DataOffset">Where its bytes start.</param>
internal sealed record ArchiveLayer(PlannedBlob Blob, long HeaderOffset, long DataOffset);
