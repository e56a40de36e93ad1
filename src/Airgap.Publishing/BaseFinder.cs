using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Publishing;

/// <summary>
/// Identifies what a user names as the base of a delta: an archive, a lock, a relocation.json, a receipt or a
/// repository.
/// </summary>
/// <param name="sources">The source of the copy. If a lock names an unreachable location, its images are looked up
/// here.</param>
/// <param name="isSparse">True if the copy keeps the digests of indexes although it leaves images out. What a lock names is then not
/// looked up at the source, since the same digest has more content there than what may have been carried.</param>
internal sealed class BaseFinder(IEnumerable<RelocationSource> sources, bool isSparse = false)
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private static readonly string[] s_fileEnds = [".tar", ".json", ".yml", ".yaml", ".001"];

    private readonly RepositoryName[] _sources =
    [
        .. sources.SelectMany(source => source is RelocationSource.Several several ? several.Sources : [source])
        .Select(source => source switch
        {
            RelocationSource.Bundle bundle => bundle.Reference.Repository,
            RelocationSource.Image image => image.Reference.Repository,
            _ => null,
        }).OfType<RepositoryName>().Distinct(),
    ];

    /// <summary>Identifies what a text names. Reads files that it names, but contacts no registry.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBase"/>, <see cref="ErrorCode.InvalidReceipt"/>,
    /// <see cref="ErrorCode.InvalidLock"/>, <see cref="ErrorCode.InvalidProjectLock"/>, or a 3xxx code of the file.</exception>
    public DeltaSource Find(string text)
    {
        // For an archive in parts, no file with the archive's own name need exist.
        if (Directory.Exists(text) || PartName.ArchiveOfList(text) is not null || File.Exists(PartName.ListOf(text))
            || (!File.Exists(text) && FoundList.Lies(text)))
            return new DeltaSource.Archive(text);
        return File.Exists(text) ? OfFile(text) : OfReference(text);
    }

    private static DeltaSource OfReference(string text)
    {
        string host = text.Split('/')[0];
        bool isFile = text.EndsWith('/') || text.IndexOf('/') < 0 || host is "." or ".." or ""
            || host.AsSpan().IndexOfAny('.', ':') < 0 && host != "localhost"
            || Array.Exists(s_fileEnds, end => text.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        if (isFile)
        {
            throw new AirgapException(
                ErrorCode.FileNotFound, $"The base '{text}' does not exist.",
                "Name an existing archive, lock, relocation.json or receipt, or a repository as HOST/PATH.")
            { Location = new SourceLocation(text) };
        }

        if (RepositoryName.TryParse(text, out RepositoryName? repository, out _))
            return new DeltaSource.Repository(repository);
        return ImageReference.TryParse(text, out ImageReference? reference, out string? problem)
            ? new DeltaSource.Named(DeltaBaseKinds.Repository, text, [new NamedRoot([reference])])
            : throw new AirgapException(
                ErrorCode.InvalidBase, $"The base '{text}' is neither a file nor a repository: {problem}.",
                "Name an archive, a lock, a relocation.json, a receipt, or HOST/PATH.");
    }

    private DeltaSource OfFile(string path)
    {
        ReadOnlyMemory<byte> beginning = WholeFile.ReadBeginning(path, 512);
        ReadOnlySpan<byte> text =
            beginning.Span.TrimStart((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']);
        if (text.StartsWith("{"u8))
            return OfJson(path);
        // A lock is text; anything else goes to the archive reader, which recognises other formats.
        if (text.IsEmpty || beginning.Span.IndexOf((byte)0) >= 0 || text[0] is 0x1f or 0x28 || text.StartsWith("PK"u8))
            return new DeltaSource.Archive(path);
        return LockFile.Read(path) switch
        {
            LockFileContent.OfBundle { Lock: var bundle } => new DeltaSource.Named(DeltaBaseKinds.Lock, path, [RootAt(bundle.Image)]),
            LockFileContent.OfImages { Lock: var images } =>
                new DeltaSource.Named(DeltaBaseKinds.Lock, path, [.. images.Images.Select(image => RootAt(image.Image))]),
            _ => throw new InvalidOperationException("Unknown kind of lock."),
        };
    }

    private DeltaSource OfJson(string path)
    {
        ReadOnlyMemory<byte> json = WholeFile.Read(
            path, MaxBytes, why => new AirgapException(
                ErrorCode.InvalidBase, $"The base '{path}' cannot be read: {why}.", "Name the unchanged file that the tool wrote.")
            {
                Location = new SourceLocation(path)
            });
        if (Receipt.IsOne(json.Span))
            return new DeltaSource.Receipt(path);
        if (RelocationRoots.TryRead(json) is { } images)
            return new DeltaSource.Named(DeltaBaseKinds.Relocation, path, [.. images.Select(image => RootOf(path, image))]);
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        ProjectLock found = ProjectLockReader.Read(path, json.ToArray(), problems);
        if (problems is [var problem, ..])
        {
            throw new AirgapException(
                ErrorCode.InvalidBase,
                $"The base '{path}' is neither a receipt, a relocation.json nor a project's lock: {problem.Message.TrimEnd('.')}.",
                "Name the unchanged file that the tool wrote.")
            { Location = problem.Location };
        }

        ILookup<string, string> selections = found.Derived.Keys.Select(key => key.Split(LockedSelections.Between, 2))
            .ToLookup(parts => parts[0], parts => parts[^1], StringComparer.Ordinal);
        return new DeltaSource.Named(
            DeltaBaseKinds.Lock, path,
            [
                .. found.Entries.Select(entry => (Root: ImageReference.Parse(entry.Key).WithDigest(entry.Value.Digest), entry.Key))
                    .Where(entry => IsCarriedWhole(path, entry.Root, [.. selections[entry.Key]]))
                    .Select(entry => new NamedRoot([entry.Root])),
            ]);
    }

    // A lock pins the whole bundle. What a selection from it left out was never carried, and would be missing behind the gap.
    // An item that this copy does not have is only passed over: its layers are written.
    private bool IsCarriedWhole(string path, ImageReference root, string[] selections)
    {
        if (selections.Length > 0 && _sources.Contains(root.Repository))
            throw InPart(path, root, selections[0]);
        return selections.Length == 0;
    }

    private NamedRoot RootOf(string path, RelocatedRoot image)
    {
        if (image.SparseSelection is not { } selection)
            return new NamedRoot([.. image.Places, .. RootAt(image.Places[0]).Places.Except(image.Places)]);
        return image.Destination is { } destination
            ? new NamedRoot([destination]) : throw InPart(path, image.Places[0], selection);
    }

    private static AirgapException InPart(string path, ImageReference root, string selection) => new(
        ErrorCode.InvalidBase,
        $"'{path}' cannot be used as a base: of {root} only a selection was carried ({selection}), and the file does not list its layers.",
        "Use the carried archive as the base, or the receipt of its import.")
    { Reference = root.ToString(), Location = new SourceLocation(path) };

    // A lock written behind an air gap names locations there. The images are also looked up at this copy's sources: the same digest means
    // the same content.
    private NamedRoot RootAt(ImageReference image) =>
        new(
        [
            image, .. (isSparse ? [] : _sources).Select(source => ImageReference.ByDigest(source, image.Digest!.Value))
                .Where(place => place != image),
        ]);
}
