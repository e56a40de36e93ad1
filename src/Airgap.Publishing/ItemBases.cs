using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Publishing;

/// <summary>The bases of an archive, from <c>AirgapArchiveBase</c>.</summary>
internal static class ItemBases
{
    /// <summary>
    /// Finds the bases; none for items with a registry as destination. From a folder of archives, an item uses the one
    /// with its name.
    /// </summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="declarations">The items of the archive, 1 or more.</param>
    /// <param name="tell">Receives a message if the folder has no archive for an item; null to ignore it.</param>
    /// <exception cref="AirgapException">As <see cref="BaseFinder.Find"/>, and <see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static ImmutableArray<DeltaSource> Of(
        PublishSettings settings, IReadOnlyList<Declaration> declarations, Action<string>? tell = null)
    {
        if (settings.ArchiveBase.IsEmpty || declarations[0].Archive is not { } archive)
            return [];
        BaseFinder finder = new(
            declarations.Select(declaration => declaration.Source), declarations.Any(declaration => declaration.Selection.Sparse));
        ImmutableArray<DeltaSource> bases = [
            .. declarations.SelectMany(declaration => NamesOf(settings, declaration, tell)).Distinct(StringComparer.Ordinal)
            .Select(finder.Find)];
        OutputConflicts.Check(bases.OfType<DeltaSource.Archive>().Select(known => known.Path), archive);
        return bases;
    }

    /// <summary>The bases as texts: full paths of files and folders, other texts unchanged.</summary>
    public static IEnumerable<string> NamesOf(PublishSettings settings, Declaration declaration, Action<string>? tell = null)
    {
        foreach (string text in settings.ArchiveBase)
        {
            string path = settings.FullPath(text);
            bool isHere = Path.Exists(path) || File.Exists(PartName.ListOf(path));
            if (!Directory.Exists(path) || File.Exists(Path.Combine(path, LayoutNames.Marker)))
                yield return isHere ? path : text;
            else if (Path.Combine(path, declaration.Name + ".tar") is var own && (File.Exists(own) || File.Exists(PartName.ListOf(own))))
                yield return own;
            else
                tell?.Invoke($"'{text}' has no {declaration.Name}.tar as a base, so {declaration.Item.Include} is written in full.");
        }
    }
}
