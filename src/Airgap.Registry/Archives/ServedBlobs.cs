using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Registry.Archives;

/// <summary>The blobs of a served archive, and where their bytes are.</summary>
/// <param name="file">The archive, opened; null for the folder of an OCI layout.</param>
/// <param name="reader">The same, read.</param>
/// <param name="proofs">Remembers successful checks.</param>
internal sealed class ServedBlobs(ServedFile? file, IArchive reader, BlobProofs proofs)
{
    private readonly Dictionary<Digest, Func<StoredContent>> _blobs = [];
    private readonly List<RequiredLayerContent> _lacking = [];

    /// <summary>Opens a blob; null for one that is not there.</summary>
    public Func<StoredContent>? Find(Digest digest) => _blobs.GetValueOrDefault(digest);

    /// <summary>Adds a blob. Layers that may not be redistributed may be missing; they are then not served.</summary>
    public async Task AddAsync(PlannedBlob blob, CancellationToken cancellationToken)
    {
        Descriptor descriptor = blob.Descriptor;
        if (reader.PlaceOf(descriptor) is { } place)
        {
            BlobProof proof = proofs.New();
            _blobs.Add(descriptor.Digest, file is not null
                ? () => new ArchivedContent(file, place.Offset, descriptor, proof) : LooseOf(place.File, descriptor, proof));
        }
        else if (blob.Content is RequiredLayerContent required)
        {
            _lacking.Add(required);
        }
        else if (blob.Content is not MissingLayerContent)
        {
            StoredBytes held = await ReadAsync(blob.Content, cancellationToken);
            _blobs.Add(descriptor.Digest, () => new MemoryContent(held.Bytes));
        }
    }

    /// <summary>Finds the layers that a delta requires in the other served archives.</summary>
    /// <param name="others">The blobs of those.</param>
    /// <param name="changes">Told of an archive that has changed.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DeltaLayersMissing"/>: none of them has it.</exception>
    public void Complete(IReadOnlyList<ServedBlobs> others, ArchiveChanges changes)
    {
        List<RequiredLayerContent> nowhere = [];
        foreach (RequiredLayerContent layer in _lacking)
        {
            Func<StoredContent>[] found = [.. others.Select(other => other.Find(layer.Descriptor.Digest)).OfType<Func<StoredContent>>()];
            if (found.Length == 0)
                nowhere.Add(layer);
            else
                _blobs.TryAdd(layer.Descriptor.Digest, PlacesOf(found, changes).Open);
        }

        if (nowhere.Count > 0)
            throw RequiredLayerContent.Missing(nowhere, others.Count == 0 ? null : "no other served archive", isServed: true);
    }

    private static BlobPlaces PlacesOf(Func<StoredContent>[] found, ArchiveChanges changes)
    {
        BlobPlaces places = new(changes);
        foreach (Func<StoredContent> open in found)
            places.Add(open);
        return places;
    }

    // A layout in a folder has a file for each blob, opened for each request: there may be many, and each is checked
    // for changes by itself.
    private static Func<StoredContent> LooseOf(ArchiveFile loose, Descriptor descriptor, BlobProof proof)
    {
        DateTime modified = File.GetLastWriteTimeUtc(loose.Path);
        FileFacts known = FileFacts.Of(loose.Path, followsLinks: true);
        return () =>
        {
            if (!File.Exists(loose.Path))
                throw new ArchiveChangedException(loose.Path);
            ServedFile open = ServedFile.Open(loose, known);
            if (open.Length == descriptor.Size && open.Modified == modified)
                return new ArchivedContent(open, 0, descriptor, proof, ownsFile: true);
            open.Dispose();
            throw new ArchiveChangedException(loose.Path);
        };
    }

    private static async Task<StoredBytes> ReadAsync(IBlobContent content, CancellationToken cancellationToken)
    {
        if (content is MemoryBlobContent memory)
            return memory.Held;
        await using Stream stream = await content.OpenAsync(0, cancellationToken);
        byte[] bytes = new byte[content.Descriptor.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return new StoredBytes(bytes);
    }
}
