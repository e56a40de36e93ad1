using Airgap.Oci;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>The list of an archive's parts, and the folders of both.</summary>
/// <param name="Archive">The path of the file that the parts form together, next to the list.</param>
/// <param name="List">The list.</param>
/// <param name="Folders">The folders to search for parts, in this order.</param>
internal sealed record FoundList(string Archive, PartList List, IReadOnlyList<string> Folders)
{
    /// <summary>
    /// Finds the list of parts for what a user names: the archive that the parts form, the list, or one of the parts.
    /// </summary>
    /// <param name="path">The user's path.</param>
    /// <param name="partsIn">Further folders with the list and the parts.</param>
    /// <returns>Null if the path does not name an archive in parts.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PartListMissing"/>, what is wrong with the list, or a 3xxx code.</exception>
    public static FoundList? Find(string path, IReadOnlyList<string> partsIn)
    {
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            return null;
        if (partsIn.FirstOrDefault(folder => !Directory.Exists(folder)) is { } none)
            throw new AirgapException(
                ErrorCode.FileNotFound, $"The folder '{none}', given for parts, does not exist.",
                "Correct the path, or insert the medium.");
        string name = Path.GetFileName(path);
        string folder = path[..^name.Length];
        (string Archive, int Order)? part = PartName.ArchiveOfPart(name);
        string archive = PartName.ArchiveOfList(name) ?? part?.Archive ?? name;

        // A whole archive is read as one file, whatever is next to it; the same applies to a file that only looks like a part.
        if (archive == name && File.Exists(path))
            return null;
        string[] folders = [.. partsIn.Prepend(folder).Distinct(StringComparer.Ordinal)];
        if (folders.Select(place => Path.Combine(place, PartName.ListOf(archive))).FirstOrDefault(File.Exists) is { } list)
            return new FoundList(folder + archive, PartList.Read(list), folders);
        if (PartName.ArchiveOfList(name) is not null)
            throw new AirgapException(ErrorCode.FileNotFound, $"The file '{path}' does not exist.", "Correct the path.");
        bool isAlone = part is { Order: 1 } && File.Exists(path) && !HasSecond(folders, archive);
        bool exists = part is not null ? File.Exists(path) : folders.Any(place => HasPart(place, archive, 1));
        return isAlone || !exists ? null : throw Missing(path, archive);
    }

    /// <summary>Finds the list of an archive's parts, even if the archive itself exists next to it.</summary>
    /// <inheritdoc cref="Find"/>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>: there is none; or as for <see cref="Find"/>.</exception>
    public static FoundList FindBeside(string path, IReadOnlyList<string> partsIn)
    {
        if (PartName.ArchiveOfList(path) is null && File.Exists(PartName.ListOf(path)))
            path = PartName.ListOf(path);
        return Find(path, partsIn) ?? throw new AirgapException(
            ErrorCode.FileNotFound, $"There is no list '{PartName.ListOf(path)}' of an archive's parts.",
            $"Correct the path, or {AdviceTerms.PartsIn} and of the list.");
    }

    /// <summary>
    /// True if parts of an archive, or their list, exist in its folder, or the list in a folder of parts. Problems are
    /// reported when they are read.
    /// </summary>
    public static bool Lies(string path, IReadOnlyList<string>? partsIn = null)
    {
        string name = Path.GetFileName(path);
        return File.Exists(PartName.ListOf(path)) || HasPart("", path, 1)
            || (partsIn ?? []).Any(folder => File.Exists(Path.Combine(folder, PartName.ListOf(PartName.ArchiveOfList(name) ?? name))));
    }

    private static bool HasSecond(IEnumerable<string> folders, string archive) => folders.Any(place => HasPart(place, archive, 2));

    private static bool HasPart(string folder, string archive, int order) =>
        ((int[])[1, 100, 1000]).Any(count => File.Exists(Path.Combine(folder, PartName.Of(archive, order, count))));

    private static AirgapException Missing(string path, string archive) => new(
        ErrorCode.PartListMissing,
        $"Parts of '{archive}' exist, but their list '{PartName.ListOf(archive)}' does not: it is written last, so either the parts " +
        "are not complete or it was left behind.",
        $"Copy the list to the parts, or {AdviceTerms.PartsIn} and of the list. Without it, missing parts cannot be detected.")
    { Location = new SourceLocation(path) };
}
