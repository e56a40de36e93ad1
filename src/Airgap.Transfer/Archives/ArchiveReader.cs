using System.Runtime.CompilerServices;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>Reads an imgpkg archive: what it lists, and where each layer stands in the file.</summary>
internal sealed class ArchiveReader
{
    private readonly Dictionary<string, ArchiveEntry> _entries;

    private ArchiveReader(string path, Dictionary<string, ArchiveEntry> entries)
    {
        Path = path;
        _entries = entries;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens an archive and reads the headers of all its entries.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, or a 3xxx code of the file.</exception>
    public static async Task<ArchiveReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            Dictionary<string, ArchiveEntry> entries = await Task.Run(() => ReadIndex(path), cancellationToken);
            ArchiveReader reader = new(path, entries);
            return entries.ContainsKey(ArchiveLayout.ManifestName) ? reader : throw reader.Invalid($"it holds no {ArchiveLayout.ManifestName}");
        }
        catch (InvalidDataException e)
        {
            throw Invalid(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>The layer with a descriptor's digest. Fails when it is opened if the archive does not hold it.</summary>
    public IBlobContent GetBlob(Descriptor descriptor) => FindLayer(descriptor) is { } entry
        ? new ArchiveBlobContent(Path, descriptor, entry.Offset)
        : _configs.TryGetValue(descriptor.Digest, out ReadOnlyMemory<byte> config)
            ? new MemoryBlobContent(descriptor, config)
            : new MissingLayerContent(Path, descriptor);

    /// <summary>Where a layer stands; null when the archive does not hold it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>: it has another length.</exception>
    public ArchiveEntry? FindLayer(Descriptor descriptor)
    {
        if (!_entries.TryGetValue(ArchiveLayout.NameOf(descriptor.Digest), out ArchiveEntry entry))
            return null;
        return entry.Size == descriptor.Size
            ? entry
            : throw Invalid($"{entry.Name} has {entry.Size} bytes, and its image says {descriptor.Size}");
    }

    /// <summary>Reads manifest.json, one element after the other; every digest in it is checked.</summary>
    /// <param name="includeNonDistributable">True to count non-distributable layers among the blobs.</param>
    /// <param name="failures">Takes the elements that are damaged, which are passed over; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArchiveEntry entry = _entries[ArchiveLayout.ManifestName];
        await using FileStream file = OpenFile();
        file.Position = entry.Offset;
        await using ElementStream json = new(file, entry.Size);
        await using IAsyncEnumerator<ArchiveElement?> elements = JsonSerializer
            .DeserializeAsyncEnumerable(json, ArchiveJsonContext.Default.ArchiveElement, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        ArchivedTree tree = new(this, includeNonDistributable);
        while (true)
        {
            try
            {
                if (!await elements.MoveNextAsync())
                    yield break;
            }
            catch (JsonException e)
            {
                throw Invalid(Path, $"its {ArchiveLayout.ManifestName} is malformed, or holds a field twice, at byte {e.BytePositionInLine}", e);
            }
            catch (InvalidDataException e)
            {
                throw Invalid(Path, e.Message, e);
            }

            json.BeginElement();
            if (Item(tree, elements.Current, failures) is { } item)
                yield return item;
        }
    }

    private ArchivedItem? Item(ArchivedTree tree, ArchiveElement? element, ImageFailures? failures)
    {
        try
        {
            return element switch
            {
                { ImageIndex: { } index } => tree.Item(index),
                { Image: { } image } => tree.Item(image),
                _ => throw Invalid($"its {ArchiveLayout.ManifestName} holds an element that is neither image nor index"),
            };
        }
        catch (AirgapException e) when (failures?.Take(ArchivedTree.NameOf(element), ArchivedTree.DigestOf(element), e) == true)
        {
            return null;
        }
    }

    /// <summary>A failure of this archive.</summary>
    /// <param name="why">Words that end a sentence.</param>
    public AirgapException Invalid(string why) => Invalid(Path, why, null);

    /// <summary>Remembers a config that stands inside manifest.json.</summary>
    internal void AddConfig(Digest digest, ReadOnlyMemory<byte> bytes) => _configs.TryAdd(digest, bytes);

    private readonly Dictionary<Digest, ReadOnlyMemory<byte>> _configs = [];

    private FileStream OpenFile()
    {
        try
        {
            return new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, Path);
        }
    }

    private static Dictionary<string, ArchiveEntry> ReadIndex(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path);
        Dictionary<string, ArchiveEntry> entries = new(StringComparer.Ordinal);
        foreach (ArchiveEntry entry in TarIndex.Read(handle))
        {
            if (!entries.TryAdd(entry.Name, entry))
                throw new InvalidDataException($"it holds two entries named '{entry.Name}'");
        }

        return entries;
    }

    private static AirgapException Invalid(string path, string why, Exception? inner) => new(
        ErrorCode.InvalidArchive,
        $"'{path}' is not an archive that can be relocated: {why}.",
        "Copy it again from where it was written, or write it again with 'copy --to-tar'.",
        inner)
    { Location = new SourceLocation(path) };
}
