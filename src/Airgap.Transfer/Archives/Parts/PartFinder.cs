using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>
/// Finds an archive's parts, and checks that each is the listed one before anything is read from it.
/// </summary>
internal static class PartFinder
{
    private const int MostNamed = 10;

    /// <summary>Finds an archive: a file or folder, or parts.</summary>
    /// <param name="path">The archive; for parts, the file that they form, their list, or one of them.</param>
    /// <param name="partsIn">Folders with parts, besides the folder of the list.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.PartListMissing"/>, <see cref="ErrorCode.InvalidPartList"/>, <see cref="ErrorCode.PartMissing"/>,
    /// <see cref="ErrorCode.PartUnfit"/>, or a 3xxx code.
    /// </exception>
    public static Task<ArchiveFile> FindAsync(string path, IReadOnlyList<string> partsIn, CancellationToken cancellationToken) =>
        Task.Run(() => FoundList.Find(path, partsIn) is { } found ? Find(found) : path, cancellationToken);

    /// <summary>Finds every part of a list.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public static ArchiveFile Find(FoundList found)
    {
        ImmutableArray<ArchivePiece>.Builder pieces = ImmutableArray.CreateBuilder<ArchivePiece>();
        List<string> missing = [];
        AirgapException? unfit = null;
        long start = 0;
        foreach (PartEntry part in found.List.Parts)
        {
            string? fits = null;
            AirgapException? problem = null;
            foreach (string place in PlacesOf(part, found.Folders))
            {
                AirgapException? why = ProblemOf(place, part, found.List);
                fits = why is null ? place : null;
                problem ??= why;
                if (fits is not null)
                    break;
            }

            if (fits is not null)
                pieces.Add(new ArchivePiece(fits, start, part.Size));
            else if (problem is null)
                missing.Add(part.Name);
            unfit ??= fits is null ? problem : null;
            start += part.Size;
        }

        if (missing.Count > 0)
            throw Missing(found, missing);
        return unfit is null ? ArchiveFile.OfParts(found.Archive, pieces.ToImmutable()) : throw unfit;
    }

    /// <summary>The existing files that may be the part.</summary>
    public static IEnumerable<string> PlacesOf(PartEntry part, IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, part.Name))
            .Where(place => FileFacts.Of(place, followsLinks: false).Kind != FileKind.None);

    // Another folder may have an intact copy of a part that cannot be read here.
    private static AirgapException? ProblemOf(string place, PartEntry part, PartList list)
    {
        try
        {
            return Look(place, part, list) is { } why ? Unfit(place, why) : null;
        }
        catch (AirgapException e)
        {
            return e;
        }
    }

    /// <summary>Checks the file with a part's name: its length, its beginning and its end.</summary>
    /// <exception cref="AirgapException">A 3xxx code: it cannot be read.</exception>
    /// <returns>Why it is not that part, as the end of a sentence; null if it appears to be.</returns>
    public static string? Look(string place, PartEntry part, PartList list)
    {
        try
        {
            // A link could lead to any file of this machine, and opening a pipe blocks.
            if (FileFacts.Of(place, followsLinks: false) is { Kind: not FileKind.Regular } other)
                return $"is {other.Name}";
            using SafeFileHandle file = File.OpenHandle(place, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            OpenFileBytes bytes = new(file);
            long length = bytes.Length;
            Digest? ends = length > 0 && list.Parts.Any(entry => entry.Size == length) ? PartEnds.Compute(bytes, length) : null;
            if (length == part.Size && ends == part.Ends)
                return null;
            if (list.Parts.FirstOrDefault(entry => entry.Size == length && ends == entry.Ends) is { } swapped)
                return $"has the content of '{swapped.Name}'";
            return length == part.Size
                ? "is of another set, or damaged: its beginning and end differ from the list"
                : $"has {length} bytes instead of {part.Size}";
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, place);
        }
    }

    /// <summary>The failure for a file that is not the part that its name says.</summary>
    public static AirgapException Unfit(string place, string why) => new(
        ErrorCode.PartUnfit,
        $"'{place}' is not the part it is named after: it {why}.",
        $"Copy it again from its original location, or {AdviceTerms.RewritePart} there.")
    { Location = new SourceLocation(place) };

    private static AirgapException Missing(FoundList found, List<string> missing)
    {
        string names = string.Join(", ", missing.Take(MostNamed).Select(name => $"'{name}'"));
        string more = missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : "";
        return new AirgapException(
            ErrorCode.PartMissing,
            $"Of the {found.List.Parts.Length} parts of '{found.Archive}' {(missing.Count == 1 ? "one is" : $"{missing.Count} are")} " +
            $"missing: {names}{more}.",
            $"Provide all of them, and {AdviceTerms.PartsIn}.")
        { Location = new SourceLocation(found.Archive) };
    }
}
