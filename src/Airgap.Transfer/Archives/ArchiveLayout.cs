using System.Collections.Immutable;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>
/// The layout of an archive. All sizes, and thus all offsets, are known before the first byte is fetched.
/// </summary>
internal sealed class ArchiveLayout
{
    /// <summary>The name of the first entry.</summary>
    public const string ManifestName = "manifest.json";

    private readonly ImmutableArray<ArchiveText> _head;
    private readonly Func<Digest, string> _nameOf;
    private readonly long _notesOffset;

    private ArchiveLayout(ImmutableArray<ArchiveText> head, ImmutableArray<ArchiveLayer> layers, Func<Digest, string> nameOf,
        ReadOnlyMemory<byte> notes, long notesOffset)
    {
        _head = head;
        _nameOf = nameOf;
        Layers = layers;
        Notes = notes;
        _notesOffset = notesOffset;
        Length = notesOffset + (2 * TarHeader.BlockSize)
            + (notes.IsEmpty ? 0 : HeaderOf(ArchiveNotes.EntryName, notes.Length).Length + Padded(notes.Length));
    }

    /// <summary>Length of the part before the layers.</summary>
    public long HeadLength => _head.Sum(entry => entry.PlaceLength);

    /// <summary>Length of the first entry: manifest.json in imgpkg's format.</summary>
    public long ManifestLength => _head[0].Length;

    /// <summary>The layers in ascending order of digest.</summary>
    public ImmutableArray<ArchiveLayer> Layers { get; }

    /// <summary>The bytes of the last entry, airgap.json; empty for an archive without one.</summary>
    public ReadOnlyMemory<byte> Notes { get; }

    /// <summary>
    /// Everything except the layers: offsets and bytes, which are valid until the next element. The rest of the file is
    /// zeros.
    /// </summary>
    public IEnumerable<(long Offset, ReadOnlyMemory<byte> Bytes)> Pieces
    {
        get
        {
            long offset = 0;
            foreach (ArchiveText entry in _head)
            {
                byte[] header = HeaderOf(entry.Name, entry.Length);
                yield return (offset, header);
                offset += header.Length;
                long start = offset;
                foreach (ReadOnlyMemory<byte> piece in entry.Pieces())
                {
                    yield return (start, piece);
                    start += piece.Length;
                }

                offset += Padded(entry.Length);
            }

            foreach (ArchiveLayer layer in Layers)
                yield return (layer.HeaderOffset, HeaderOf(_nameOf(layer.Blob.Descriptor.Digest), layer.Blob.Descriptor.Size));
            if (Notes.IsEmpty)
                yield break;
            byte[] last = HeaderOf(ArchiveNotes.EntryName, Notes.Length);
            yield return (_notesOffset, last);
            yield return (_notesOffset + last.Length, Notes);
        }
    }

    /// <summary>Length of the whole file, including the two blocks of zeros at its end.</summary>
    public long Length { get; }

    /// <summary>The entry name of a layer; the suffix is the same for every compression.</summary>
    public static string NameOf(Digest digest)
    {
        ReadOnlySpan<char> text = digest.ToString();
        int colon = text.IndexOf(':');
        return $"{text[..colon]}-{text[(colon + 1)..]}.tar.gz";
    }

    /// <summary>The layer that an entry is named after; null for another entry.</summary>
    public static Digest? DigestOf(string entryName)
    {
        const string suffix = ".tar.gz";
        int dash = entryName.IndexOf('-');
        return dash > 0 && entryName.EndsWith(suffix, StringComparison.Ordinal)
            && Digest.TryParse($"{entryName[..dash]}:{entryName[(dash + 1)..^suffix.Length]}", out Digest digest)
            ? digest
            : null;
    }

    /// <summary>The header of an entry: one block, or three from 8 GiB on.</summary>
    public static byte[] HeaderOf(string name, long size) => TarHeader.Make(name, isFolder: false, mode: 0b110_100_100, size);

    /// <summary>Length of a content, rounded up to whole blocks.</summary>
    public static long Padded(long size) => size + TarHeader.Padding(size);

    /// <summary>The digest of the manifest.json of a plan's archive.</summary>
    public static Digest ListDigestOf(TransferPlan plan) => Measure(ArchiveManifestWriter.Write(plan)).Digest;

    /// <summary>Lays out the archive of a plan.</summary>
    public static ArchiveLayout Create(TransferPlan plan)
    {
        (long length, Digest digest) = Measure(ArchiveManifestWriter.Write(plan));

        // Configs are inside manifest.json; only layers have their own entries.
        HashSet<Digest> wanted = [.. plan.Items
            .SelectMany(item => item.Content.SelfAndDescendants())
            .SelectMany(node => node.Blobs.Where(blob => !ReferenceEquals(blob, node.Manifest.Config)))
            .Select(blob => blob.Digest)];
        return Create([new ArchiveText(ManifestName, length, () => ArchiveManifestWriter.Write(plan))],
            plan.Blobs.Where(blob => wanted.Contains(blob.Descriptor.Digest)), NameOf, ArchiveNotes.Write(plan, digest));
    }

    /// <summary>Lays out an archive: small entries, blobs, notes.</summary>
    /// <param name="head">The part before the blobs, which determines their offsets.</param>
    /// <param name="blobs">In ascending order of digest.</param>
    /// <param name="nameOf">The entry of a blob.</param>
    /// <param name="notes">The bytes of the last entry; empty for none.</param>
    internal static ArchiveLayout Create(
        ImmutableArray<ArchiveText> head, IEnumerable<PlannedBlob> blobs, Func<Digest, string> nameOf, ReadOnlyMemory<byte> notes)
    {
        long offset = head.Sum(entry => entry.PlaceLength);
        ImmutableArray<ArchiveLayer>.Builder layers = ImmutableArray.CreateBuilder<ArchiveLayer>();
        foreach (PlannedBlob blob in blobs)
        {
            long size = blob.Descriptor.Size;
            int header = HeaderOf(nameOf(blob.Descriptor.Digest), size).Length;
            layers.Add(new ArchiveLayer(blob, offset, offset + header));
            offset += header + Padded(size);
        }

        return new ArchiveLayout(head, layers.ToImmutable(), nameOf, notes, offset);
    }

    // It is written twice, first only to get its length, which gives the offsets of everything after it.
    private static (long Length, Digest Digest) Measure(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            hash.AppendData(piece.Span);
            length += piece.Length;
        }

        return (length, Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset()));
    }
}
