using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// The existing files at the path of an archive's parts. Only files that a list or an unfinished run names as its parts
/// count as ours.
/// </summary>
internal sealed class ExistingParts
{
    private readonly string _archive;
    private readonly ImmutableArray<string> _ours;
    private readonly ImmutableArray<string> _written;

    private ExistingParts(PartPlan plan, PartList? existing, ImmutableArray<string> ours)
    {
        _archive = plan.Archive;
        _written = plan.Names;
        List = existing;
        _ours = ours;
    }

    /// <summary>The existing list of parts; null for none.</summary>
    public PartList? List { get; }

    private string ListPath => PartName.ListOf(_archive);

    private string SumsPath => PartName.SumsOf(_archive);

    /// <summary>Examines a path.</summary>
    /// <param name="plan">The plan to write.</param>
    /// <param name="earlier">The plan of an unfinished run that wrote there; null for none.</param>
    /// <param name="allowsWhole">True if the whole archive, which is being split, may exist there.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PartInTheWay"/>.</exception>
    /// <exception cref="IOException">It cannot be looked at, or another file system exception.</exception>
    public static ExistingParts Look(PartPlan plan, PartPlan? earlier, bool allowsWhole)
    {
        string list = PartName.ListOf(plan.Archive);
        if (!allowsWhole && Path.Exists(plan.Archive))
            throw InTheWay(plan.Archive, plan, "would be read instead of the parts");
        PartList? existing = null;
        try
        {
            existing = File.Exists(list) ? PartList.Read(list) : null;
        }
        catch (AirgapException e) when (e.Code is ErrorCode.InvalidPartList or ErrorCode.NewerArchive)
        {
            throw InTheWay(list, plan, "is not a list written by this version");
        }

        // The list was copied or renamed: its parts belong to the archive of the other name.
        if (existing is not null && PartName.ArchiveOfPart(existing.Parts[0].Name)?.Archive is { } other
            && other != Path.GetFileName(plan.Archive))
            throw InTheWay(list, plan, $"is the list of the parts of '{other}'");

        HashSet<string> names = [.. existing?.Parts.Select(part => part.Name) ?? [], .. earlier?.Names ?? []];
        string folder = Path.GetDirectoryName(plan.Archive)!;
        string archiveName = Path.GetFileName(plan.Archive);
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, archiveName + ".*").Order(StringComparer.Ordinal))
        {
            if (PartName.ArchiveOfPart(Path.GetFileName(path)) is var (of, _) && of == archiveName
                && !names.Contains(Path.GetFileName(path)))
                throw InTheWay(path, plan, "has the name of a part, but no list names it");
        }

        if (existing is null && earlier is null && Path.Exists(PartName.SumsOf(plan.Archive)))
            throw InTheWay(PartName.SumsOf(plan.Archive), plan, "would be replaced by the checksums of the parts");
        return new ExistingParts(plan, existing, [.. names.Select(name => Path.Combine(folder, name))]);
    }

    /// <summary>
    /// Removes the list first, so that nothing looks complete, and then all other files of ours: the parts, the signatures of parts that
    /// are not replaced, and lists left unfinished by killed runs. No other process uses this location.
    /// </summary>
    public void Clear()
    {
        HashSet<string> written = [.. _written];
        foreach (string path in new[] { ListPath, SumsPath })
        {
            File.Delete(path);
            AtomicFile.RemoveLeft(path);
        }

        foreach (string path in _ours)
        {
            File.Delete(path);
            // The signature of a replaced part is checked when the part is written.
            if (!written.Contains(Path.GetFileName(path)))
                StaleSignature.RemoveOfGone(path);
        }
    }

    private static AirgapException InTheWay(string path, PartPlan plan, string why) => new(
        ErrorCode.PartInTheWay,
        $"The parts of '{plan.Archive}' cannot be written: '{path}' exists and {why}.",
        "Move it, or write the parts to another folder.")
    { Location = new SourceLocation(path) };
}
