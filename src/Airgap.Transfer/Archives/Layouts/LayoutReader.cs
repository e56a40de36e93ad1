using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// Reads an OCI image layout, in a folder or a tar. Its manifests come from its blobs, and each is verified against its digest.
/// </summary>
internal sealed class LayoutReader : IArchive
{
    private readonly LayoutIndex _index;
    private readonly SavedByCosign _cosign;

    private LayoutReader(LayoutFiles files, LayoutIndex index)
    {
        Files = files;
        _index = index;
        _cosign = new SavedByCosign(index.Entries);
    }

    public string Path => Files.Path;

    public bool InfersRoot => true;

    /// <summary>Its files.</summary>
    public LayoutFiles Files { get; }

    /// <summary>True to read notes even if they describe another list of images than the present one.</summary>
    internal bool TakesNotesOfAnyList { get; set; }

    /// <summary>Keeps the manifests and configs read so far.</summary>
    internal ByteStore Store { get; init; } = new();

    /// <summary>Opens a layout.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>, <see cref="ErrorCode.ForeignArchive"/>, or a 3xxx code of
    /// the file.</exception>
    public static async Task<LayoutReader> OpenAsync(ArchiveFile file, CancellationToken cancellationToken)
    {
        LayoutFiles files = await LayoutFiles.OpenAsync(file, cancellationToken);
        return new LayoutReader(files, await LayoutIndex.ReadAsync(files, cancellationToken));
    }

    public IBlobContent GetBlob(Descriptor descriptor) => FindBlob(descriptor) is { } file
        ? new ArchiveBlobContent(file.File, descriptor, file.Offset, LayoutNames.NameOf(descriptor.Digest))
        : Required.Find(Path, descriptor) ?? new MissingLayerContent(Path, descriptor, LayoutNames.NameOf(descriptor.Digest));

    public (ArchiveFile File, long Offset)? PlaceOf(Descriptor descriptor) =>
        FindBlob(descriptor) is { } file ? (file.File, file.Offset) : null;

    /// <summary>The position of a blob; null if the layout does not contain it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>: it has another length, or is a link.</exception>
    public LayoutFile? FindBlob(Descriptor descriptor)
    {
        if (Files.Find(LayoutNames.NameOf(descriptor.Digest)) is not { } file)
            return null;
        return file.Size == descriptor.Size
            ? file
            : throw Invalid($"{LayoutNames.NameOf(descriptor.Digest)} has {file.Size} bytes, but its descriptor states {descriptor.Size}");
    }

    public async IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LayoutEntry[] images = [.. _index.Entries.Where(entry => entry.IsImage)];
        if (images.Length == 0)
            throw Invalid($"its {LayoutNames.Index} lists {(_index.Entries.IsEmpty ? "nothing" : "no image")}");
        (Required, _notesProblem) = await DeltaLayers.LearnAsync(ReadNotesAsync(cancellationToken));
        LayoutTree tree = new(this, includeNonDistributable);
        HashSet<Digest> below = [];
        List<(LayoutEntry Entry, ArchivedItem Item)> items = [];
        foreach (LayoutEntry entry in images)
        {
            if (await ItemAsync(tree, entry, failures, cancellationToken) is not { } item)
                continue;
            items.Add((entry, item));
            foreach (PlannedManifest node in item.Content.Children.SelectMany(child => child.SelfAndDescendants()))
                below.Add(node.Manifest.Digest);
        }

        // oras also lists the manifests of an index, without a name: they belong to the index.
        foreach ((LayoutEntry entry, ArchivedItem item) in items)
        {
            if (entry.IsNamed || !below.Contains(entry.Descriptor.Digest))
                yield return item;
        }

        if (!_cosign.IsOne)
            yield break;
        foreach (LayoutEntry attached in await UnlistedReferrers.FindAsync(
            Files, items.SelectMany(pair => pair.Item.Content.SelfAndDescendants()).Select(node => node.Manifest), cancellationToken))
        {
            if (await ItemAsync(tree, attached, failures, cancellationToken) is { } item)
                yield return item;
        }
    }

    // Another tool that adds an image changes index.json but not the notes, which then describe a list that no longer exists.
    public async Task<ArchiveNotes?> ReadNotesAsync(CancellationToken cancellationToken)
    {
        if (Files.Find(ArchiveNotes.EntryName) is not { } file)
            return null;
        if (file.Size > ArchiveNotes.MaxBytes)
            throw Invalid($"its {ArchiveNotes.EntryName} has {file.Size} bytes");
        ArchiveNotes notes = ArchiveNotes.Read(await file.ReadAsync(cancellationToken), Path, Invalid);
        return TakesNotesOfAnyList || Digest.ComputeLike(notes.Manifest, _index.Bytes.Span) == notes.Manifest ? notes : null;
    }

    public Diagnostic? Foreign
    {
        get
        {
            LayoutEntry[] foreign = [.. _index.Entries.Where(entry => !entry.IsImage)];
            return foreign.Length == 0 ? null : new Diagnostic(
                ErrorCode.LayoutEntryLeft,
                $"The {LayoutNames.Index} of '{Path}' lists {(foreign.Length == 1 ? "something that is not an image and stays" :
                    $"{foreign.Length} things that are not images and stay")} behind: {foreign[0].Descriptor.Digest} with the type " +
                $"'{foreign[0].Descriptor.MediaType}'{(foreign.Length > 1 ? " and others" : "")}.",
                "If it is needed, copy it with another tool.")
            { Location = new SourceLocation(Path) };
        }
    }

    public DeltaLayers Required { get; private set; } = DeltaLayers.None;

    public Task<Digest> ReadListDigestAsync(CancellationToken cancellationToken) => Task.FromResult(Digest.Compute(_index.Bytes.Span));

    // The problem of invalid notes: if they exist, their requirements are unknown.
    private AirgapException? _notesProblem;

    public AirgapException Invalid(string why) => Files.Invalid(why);

    /// <summary>Reads a manifest or config, and checks it.</summary>
    /// <param name="descriptor">Its descriptor.</param>
    /// <param name="owner">The referring item, for the message.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LayoutBlobMissing"/>, <see cref="ErrorCode.InvalidLayout"/>,
    /// <see cref="ErrorCode.ArchiveDigestMismatch"/>.</exception>
    public async Task<byte[]> ReadSmallAsync(Descriptor descriptor, string owner, CancellationToken cancellationToken)
    {
        Require(descriptor, owner);
        byte[] bytes = new byte[descriptor.Size];
        await using Stream content = await GetBlob(descriptor).OpenAsync(0, cancellationToken);
        try
        {
            await content.ReadExactlyAsync(bytes, cancellationToken);
            await content.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, Path);
        }

        return bytes;
    }

    /// <summary>Checks that a blob exists.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LayoutBlobMissing"/>, <see cref="ErrorCode.InvalidLayout"/>.</exception>
    public void Require(Descriptor descriptor, string owner)
    {
        if (FindBlob(descriptor) is null && !Required.Contains(descriptor.Digest))
        {
            throw _notesProblem ?? new AirgapException(
                ErrorCode.LayoutBlobMissing,
                $"'{Path}' lacks {LayoutNames.NameOf(descriptor.Digest)}, to which {owner} refers.",
                "Write the layout again with everything it refers to: for an index, every platform ('skopeo copy --all', " +
                "'ctr images export --all-platforms').")
            { Digest = descriptor.Digest.ToString(), Location = new SourceLocation(Path) };
        }
    }

    private async Task<ArchivedItem?> ItemAsync(
        LayoutTree tree, LayoutEntry entry, ImageFailures? failures, CancellationToken cancellationToken)
    {
        LayoutEntryName name = LayoutEntryName.Of(entry);
        if (name.Tag is null && _cosign.TagOf(entry) is { } tag)
            name = name with { Tag = tag };
        try
        {
            PlannedManifest content = await tree.ListedAsync(entry, name.Repository, cancellationToken);
            return new ArchivedItem(
                ImageReference.ByDigest(name.Repository, entry.Descriptor.Digest),
                content,
                entry.Annotations.GetValueOrDefault(LayoutNames.OriginalReference, ""),
                name.Tag,
                entry.IsRoot)
            { Owners = entry.Annotations.GetValueOrDefault(LayoutNames.AskedFor) };
        }
        catch (AirgapException e) when (failures?.Take($"{name.Repository}@{entry.Descriptor.Digest}", entry.Descriptor.Digest, e) == true)
        {
            return null;
        }
    }
}
