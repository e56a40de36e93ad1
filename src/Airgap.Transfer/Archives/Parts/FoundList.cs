using Airgap.Oci;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>The list of an archive's parts, and where it and they can be.</summary>
/// <param name="Archive">The path of the file that the parts would be together, beside the list.</param>
/// <param name="List">The list.</param>
/// <param name="Folders">Where parts are looked for, in this order.</param>
internal sealed record FoundList(string Archive, PartList List, IReadOnlyList<string> Folders)
{
    /// <summary>Finds the list of what a user names: the archive that the parts would be, the list, or one of the parts.</summary>
    /// <param name="path">What is named.</param>
    /// <param name="partsIn">Further folders in which the list and the parts may lie.</param>
    /// <returns>Null where what is named is not an archive in parts.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PartListMissing"/>, what is wrong with the list, or a 3xxx code.</exception>
    public static FoundList? Find(string path, IReadOnlyList<string> partsIn)
    {
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            return null;
        if (partsIn.FirstOrDefault(folder => !Directory.Exists(folder)) is { } none)
            throw new AirgapException(
                ErrorCode.FileNotFound, $"The folder '{none}', in which parts were to be looked for, does not exist.",
                "Mend the path, or insert the medium.");
        string name = Path.GetFileName(path);
        string folder = path[..^name.Length];
        (string Archive, int Order)? part = PartName.ArchiveOfPart(name);
        string archive = PartName.ArchiveOfList(name) ?? part?.Archive ?? name;

        // A whole archive is read as it is, whatever lies beside it; so is a file that only looks like a part.
        if (archive == name && File.Exists(path))
            return null;
        string[] folders = [.. partsIn.Prepend(folder).Distinct(StringComparer.Ordinal)];
        if (folders.Select(place => Path.Combine(place, PartName.ListOf(archive))).FirstOrDefault(File.Exists) is { } list)
            return new FoundList(folder + archive, PartList.Read(list), folders);
        if (PartName.ArchiveOfList(name) is not null)
            throw new AirgapException(ErrorCode.FileNotFound, $"The file '{path}' does not exist.", "Mend the path.");
        bool isAlone = part is { Order: 1 } && File.Exists(path) && !HasSecond(folders, archive);
        bool lies = part is not null ? File.Exists(path) : folders.Any(place => HasPart(place, archive, 1));
        return isAlone || !lies ? null : throw Missing(path, archive);
    }

    /// <summary>Finds the list of an archive's parts, whether the archive itself lies beside it or not.</summary>
    /// <inheritdoc cref="Find"/>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>: there is none; or as for <see cref="Find"/>.</exception>
    public static FoundList FindBeside(string path, IReadOnlyList<string> partsIn)
    {
        if (PartName.ArchiveOfList(path) is null && File.Exists(PartName.ListOf(path)))
            path = PartName.ListOf(path);
        return Find(path, partsIn) ?? throw new AirgapException(
            ErrorCode.FileNotFound, $"There is no list '{PartName.ListOf(path)}' of an archive's parts.",
            $"Mend the path, or {AdviceTerms.PartsIn} and of the list.");
    }

    /// <summary>
    /// True where parts of an archive, or their list, lie in its place, or the list in a folder of parts. What is wrong with them is told
    /// when they are read.
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
        $"Parts of '{archive}' lie here, and their list '{PartName.ListOf(archive)}' does not: it is written last, so either the parts " +
        "are not complete or it was left behind.",
        $"Bring the list to the parts, or {AdviceTerms.PartsIn} and of the list. Without it nobody can tell whether they are all there.")
    { Location = new SourceLocation(path) };
}
