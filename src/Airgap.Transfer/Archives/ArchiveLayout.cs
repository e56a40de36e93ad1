using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
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

    private readonly long _notesOffset;

    private readonly TransferPlan _plan;

    private ArchiveLayout(TransferPlan plan, long manifestLength, ImmutableArray<ArchiveLayer> layers, ReadOnlyMemory<byte> notes, long notesOffset)
    {
        _plan = plan;
        ManifestLength = manifestLength;
        Layers = layers;
        Notes = notes;
        _notesOffset = notesOffset;
        Length = notesOffset + (2 * TarHeader.BlockSize)
            + (notes.IsEmpty ? 0 : HeaderOf(ArchiveNotes.EntryName, notes.Length).Length + Padded(notes.Length));
    }

    /// <summary>Length of manifest.json.</summary>
    public long ManifestLength { get; }

    /// <summary>The layers in ascending order of digest.</summary>
    public ImmutableArray<ArchiveLayer> Layers { get; }

    /// <summary>The bytes of the last entry, airgap.json; empty for an archive that has none.</summary>
    public ReadOnlyMemory<byte> Notes { get; }

    /// <summary>Everything but the layers: where it stands, and its bytes, which are good until the next are asked for. The rest of the file is zeros.</summary>
    public IEnumerable<(long Offset, ReadOnlyMemory<byte> Bytes)> Pieces
    {
        get
        {
            byte[] header = HeaderOf(ManifestName, ManifestLength);
            yield return (0, header);
            long offset = header.Length;
            foreach (ReadOnlyMemory<byte> piece in ArchiveManifestWriter.Write(_plan))
            {
                yield return (offset, piece);
                offset += piece.Length;
            }

            foreach (ArchiveLayer layer in Layers)
                yield return (layer.HeaderOffset, HeaderOf(NameOf(layer.Blob.Descriptor.Digest), layer.Blob.Descriptor.Size));
            if (Notes.IsEmpty)
                yield break;
            header = HeaderOf(ArchiveNotes.EntryName, Notes.Length);
            yield return (_notesOffset, header);
            yield return (_notesOffset + header.Length, Notes);
        }
    }

    /// <summary>Length of the whole file, the two blocks of zeros at its end included.</summary>
    public long Length { get; }

    /// <summary>The entry that holds a layer; the suffix is always the same, whatever the layer's compression.</summary>
    public static string NameOf(Digest digest) => $"{digest.Algorithm}-{digest.Hex}.tar.gz";

    /// <summary>The layer that an entry is named for; null for another entry.</summary>
    public static Digest? DigestOf(string entryName)
    {
        const string suffix = ".tar.gz";
        int dash = entryName.IndexOf('-');
        return dash > 0 && entryName.EndsWith(suffix, StringComparison.Ordinal) && Digest.TryParse($"{entryName[..dash]}:{entryName[(dash + 1)..^suffix.Length]}", out Digest digest)
            ? digest
            : null;
    }

    /// <summary>The header of an entry: one block, or three from 8 GiB on.</summary>
    public static byte[] HeaderOf(string name, long size) => TarHeader.Make(name, isFolder: false, mode: 0b110_100_100, size);

    /// <summary>Length of a content filled up to whole blocks.</summary>
    public static long Padded(long size) => size + TarHeader.Padding(size);

    /// <summary>True when a file, of whatever length, begins as this archive does: its manifest.json says where everything stands.</summary>
    public async Task<bool> IsOfAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        long end = HeaderOf(ManifestName, ManifestLength).Length + ManifestLength;
        foreach ((long offset, ReadOnlyMemory<byte> bytes) in Pieces.TakeWhile(piece => piece.Offset < end))
        {
            if (!await HasAsync(file, bytes, offset, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>True when a file is this archive, as far as can be seen without its layers.</summary>
    public async Task<bool> IsOfAllAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        foreach ((long offset, ReadOnlyMemory<byte> bytes) in Pieces.Append((Length - (2 * TarHeader.BlockSize), new byte[2 * TarHeader.BlockSize])))
        {
            if (!await HasAsync(file, bytes, offset, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>Lays out the archive of a plan.</summary>
    public static ArchiveLayout Create(TransferPlan plan)
    {
        (long length, Digest digest) = Measure(plan);
        long offset = HeaderOf(ManifestName, length).Length + Padded(length);
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

        return new ArchiveLayout(plan, length, layers.ToImmutable(), ArchiveNotes.Write(plan, digest), offset);
    }

    // It is written twice, once for nobody: its length says where all the rest stands.
    private static (long Length, Digest Digest) Measure(TransferPlan plan)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        foreach (ReadOnlyMemory<byte> piece in ArchiveManifestWriter.Write(plan))
        {
            hash.AppendData(piece.Span);
            length += piece.Length;
        }

        return (length, Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset()));
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
