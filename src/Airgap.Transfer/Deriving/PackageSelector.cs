using Airgap.Oci;

namespace Airgap.Transfer.Deriving;

/// <summary>Selects the documents under <c>packages/</c>.</summary>
internal static class PackageSelector
{
    private const int Shown = 10;

    /// <summary>
    /// The included documents: the selected Packages, the PackageMetadata of packages with a selected version, and all
    /// documents of other kinds.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PackageNotFound"/>: a selection matches
    /// nothing. <see cref="ErrorCode.NoPackagesInBundle"/>: there is nothing to select from.</exception>
    public static HashSet<PackageEntry> Choose(IReadOnlyList<PackageFile> files, BundleSelection selection, string bundle)
    {
        // Without packages, nothing names an image, and all of them would be dropped.
        if (files.Count == 0 && (!selection.Packages.IsEmpty || selection.DropUnreferenced))
            throw None(selection, bundle);
        PackageEntry[] all = [.. files.SelectMany(file => file.Documents)];
        if (selection.Packages.IsEmpty)
            return [.. all];
        ILookup<string, PackageEntry> byName = all.Where(entry => entry.IsPackage).ToLookup(entry => entry.Package, StringComparer.Ordinal);
        HashSet<PackageEntry> chosen = [];
        foreach (PackageChoice choice in selection.Packages)
        {
            IGrouping<string, PackageEntry>[] named = [.. byName.Where(group => choice.Names(group.Key))];
            PackageEntry[] taken = [.. named.SelectMany(group => choice.Of(group, selection.Prereleases))];
            if (taken.Length == 0)
                throw NotFound(choice, named.Length > 0 ? Versions(named) : Names(byName), named.Length > 0, bundle);
            chosen.UnionWith(taken);
        }

        HashSet<string> names = [.. chosen.Select(entry => entry.Package)];
        chosen.UnionWith(all.Where(entry => !entry.IsPackage && (entry.Kind != "PackageMetadata" || names.Contains(entry.Package))));
        return chosen;
    }

    private static string Versions(IEnumerable<IGrouping<string, PackageEntry>> named) =>
        Shorten(named.SelectMany(
            group => group.OrderByDescending(entry => entry.Version ?? default).Select(entry => $"{group.Key} {entry.VersionText}")));

    private static string Names(ILookup<string, PackageEntry> byName) =>
        Shorten(byName.Select(group => group.Key).Order(StringComparer.Ordinal));

    private static string Shorten(IEnumerable<string> texts)
    {
        string[] all = [.. texts];
        return all.Length == 0 ? "no packages"
            : string.Join(", ", all.Take(Shown)) + (all.Length > Shown ? $" and {all.Length - Shown} more" : "");
    }

    private static AirgapException None(BundleSelection selection, string bundle) => new(
        ErrorCode.NoPackagesInBundle,
        $"{bundle} has no YAML file under packages/, so " +
        $"{(selection.Packages.IsEmpty ? "nothing shows which of its images are needed" : "no package can be selected")}.",
        "Name the bundle of a package repository, or " +
        $"{(selection.Packages.IsEmpty ? "keep images that nothing names" : "omit the selection of packages")}.")
    { Reference = bundle };

    private static AirgapException NotFound(PackageChoice choice, string has, bool isName, string bundle) => new(
        ErrorCode.PackageNotFound,
        $"Nothing in {bundle} matches '{choice}': it has {has}.",
        isName ? "Correct the range; pre-releases are included only if requested, or if one is named in full."
        : "Correct the name; the list of its packages shows all names.")
    { Reference = bundle };
}
