using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>Reads an imgpkg archive: its list, and the position of each layer in the file.</summary>
internal sealed class ArchiveReader : IArchive
{
    private readonly Dictionary<string, ArchiveEntry> _entries;

    private ArchiveReader(ArchiveFile file, Dictionary<string, ArchiveEntry> entries)
    {
        File = file;
        _entries = entries;
    }

    /// <summary>The file, or its parts.</summary>
    public ArchiveFile File { get; }

    public string Path => File.Path;

    /// <summary>As in imgpkg, an archive that marks no root has none.</summary>
    public bool InfersRoot => false;

    /// <summary>All entries, in no order.</summary>
    public IReadOnlyCollection<ArchiveEntry> Entries => _entries.Values;

    /// <summary>Opens an archive and reads the headers of all its entries.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, <see cref="ErrorCode.ForeignArchive"/>, or a 3xxx code of
    /// the file.</exception>
    public static async Task<ArchiveReader> OpenAsync(ArchiveFile file, CancellationToken cancellationToken)
    {
        (ArchiveReader? archive, AirgapException? damage) = await OpenAsFarAsItGoesAsync(file, cancellationToken);
        return damage is null ? archive! : throw damage;
    }

    /// <summary>Opens an archive as far as its headers can be read, to report all problems.</summary>
    /// <returns>
    /// The archive, null if its content is unknown; and the exception of <see cref="OpenAsync"/>, null for none.
    /// </returns>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public static async Task<(ArchiveReader? Archive, AirgapException? Damage)> OpenAsFarAsItGoesAsync(
        ArchiveFile file, CancellationToken cancellationToken)
    {
        Dictionary<string, ArchiveEntry> entries = new(StringComparer.Ordinal);
        AirgapException? damage = null;
        try
        {
            await Task.Run(() => ReadIndex(file, entries), cancellationToken);
        }
        catch (InvalidDataException e)
        {
            damage = ForeignArchive.Recognise(file) ?? Invalid(file.Path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, file.Path);
        }

        if (!entries.ContainsKey(ArchiveLayout.ManifestName))
            damage ??= ForeignArchive.Recognise(file) ?? Invalid(file.Path, $"it contains no {ArchiveLayout.ManifestName}", null);
        else if (damage?.Code != ErrorCode.ForeignArchive)
            return (new ArchiveReader(file, entries), damage);
        return (null, damage);
    }

    /// <summary>The layer with a descriptor's digest. Fails when it is opened if the archive does not hold it.</summary>
    public IBlobContent GetBlob(Descriptor descriptor) => FindLayer(descriptor) is { } entry
        ? new ArchiveBlobContent(File, descriptor, entry.Offset)
        : _configs.TryGetValue(descriptor.Digest, out StoredBytes? config)
            ? new MemoryBlobContent(descriptor, config)
            : Required.Find(Path, descriptor) ?? new MissingLayerContent(Path, descriptor);

    public (ArchiveFile File, long Offset)? PlaceOf(Descriptor descriptor) =>
        FindLayer(descriptor) is { } entry ? (File, entry.Offset) : null;

    /// <summary>The position of a layer; null when the archive does not contain it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>: it has another length.</exception>
    public ArchiveEntry? FindLayer(Descriptor descriptor)
    {
        if (!_entries.TryGetValue(ArchiveLayout.NameOf(descriptor.Digest), out ArchiveEntry entry))
            return null;
        return entry.Size == descriptor.Size
            ? entry
            : throw Invalid($"{entry.Name} has {entry.Size} bytes, but its image states {descriptor.Size}");
    }

    /// <summary>Reads <c>airgap.json</c>, which names its manifest.json by digest; null if the archive has none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NewerArchive"/>, <see cref="ErrorCode.InvalidArchive"/>, or a 3xxx code of
    /// the file.</exception>
    public async Task<ArchiveNotes?> ReadNotesAsync(CancellationToken cancellationToken)
    {
        if (await ParseNotesAsync(cancellationToken) is not { } notes)
            return null;
        Digest actual = await List.HashAsync(notes.Manifest.HashAlgorithm, cancellationToken);
        if (actual != notes.Manifest)
            throw Invalid(
                $"its {ArchiveLayout.ManifestName} has the digest {actual}, but its {ArchiveNotes.EntryName} states {notes.Manifest}");
        Required = DeltaLayers.Of(notes);
        return notes;
    }

    public async IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (Required, NotesProblem) = await DeltaLayers.LearnAsync(ParseNotesAsync(cancellationToken));
        await foreach (ArchivedItem item in List.ReadItemsAsync(
            new ArchivedTree(this, includeNonDistributable), failures, cancellationToken))
            yield return item;
    }

    public DeltaLayers Required { get; private set; } = DeltaLayers.None;

    public Task<Digest> ReadListDigestAsync(CancellationToken cancellationToken) =>
        List.HashAsync(HashAlgorithmName.SHA256, cancellationToken);

    /// <summary>The problem with the notes; with one, the required layers are unknown.</summary>
    internal AirgapException? NotesProblem { get; private set; }

    private async Task<ArchiveNotes?> ParseNotesAsync(CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(ArchiveNotes.EntryName, out ArchiveEntry entry))
            return null;
        if (entry.Size > ArchiveNotes.MaxBytes)
            throw Invalid($"its {ArchiveNotes.EntryName} has {entry.Size} bytes");
        try
        {
            byte[] json = new byte[entry.Size];
            await using (Stream file = File.OpenStream(entry.Offset))
                await file.ReadExactlyAsync(json, cancellationToken);
            return ArchiveNotes.Read(json, Path, Invalid);
        }
        catch (IOException e)
        {
            throw IoFailures.Translate(e, Path);
        }
    }

    /// <summary>A failure of this archive.</summary>
    /// <param name="why">Words that end a sentence.</param>
    public AirgapException Invalid(string why) => Invalid(Path, why, null);

    /// <summary>Keeps a config that is inside manifest.json.</summary>
    internal StoredBytes AddConfig(Digest digest, ReadOnlyMemory<byte> bytes)
    {
        if (!_configs.TryGetValue(digest, out StoredBytes? held))
            _configs.Add(digest, held = Store.Hold(bytes, digest));
        return held;
    }

    private ManifestJson List => new(this, _entries[ArchiveLayout.ManifestName]);

    /// <summary>Keeps the manifests and configs, whose number is not limited.</summary>
    internal ByteStore Store { get; init; } = new();

    private readonly Dictionary<Digest, StoredBytes> _configs = [];

    private static void ReadIndex(ArchiveFile file, Dictionary<string, ArchiveEntry> entries)
    {
        using ArchiveBytes bytes = file.Open();
        foreach (ArchiveEntry entry in TarIndex.Read(bytes))
        {
            if (!entries.TryAdd(entry.Name, entry))
                throw new InvalidDataException($"it contains two entries named '{entry.Name}'");
        }
    }

    /// <summary>The same, with its cause.</summary>
    internal AirgapException Invalid(string why, Exception inner) => Invalid(Path, why, inner);

    private static AirgapException Invalid(string path, string why, Exception? inner) => new(
        ErrorCode.InvalidArchive,
        $"'{path}' is not an archive that can be relocated: {why}.",
        $"Copy it again from where it was written, or {AdviceTerms.WriteArchive}.",
        inner)
    { Location = new SourceLocation(path) };
}
