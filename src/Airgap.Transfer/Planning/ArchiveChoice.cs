using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Selects one bundle or image of an archive with several, and what belongs to it.</summary>
internal static class ArchiveChoice
{
    private const int MostNamed = 5;

    /// <summary>
    /// Finds the item that a text names: its digest, tag, repository, the repository's last part, or a repository with tag or digest.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveItemUnknown"/>: none, or several.</exception>
    public static ArchivedItem Find(IReadOnlyList<ArchivedItem> items, string wanted, string archive)
    {
        foreach (Func<ArchivedItem, bool> isIt in (Func<ArchivedItem, bool>[])
        [
            item => wanted == item.Source.ToString() || wanted == $"{item.Source.Repository}:{item.Tag}"
            || wanted == item.Content.Manifest.Digest.ToString(),
            item => wanted == item.Source.Repository.ToString(),
            item => wanted == item.Source.Repository.LastSegment || wanted == $"{item.Source.Repository.LastSegment}:{item.Tag}"
            || (item.Tag is not null && wanted == item.Tag),
        ])
        {
            ArchivedItem[] found = [.. items.Where(item => isIt(item) && !CosignTags.IsOne(item.Tag))];
            if (found.Length == 1 || (found.Length > 1
                && Array.TrueForAll(found, item => item.Content.Manifest.Digest == found[0].Content.Manifest.Digest)))
                return found[0];
            ArchivedItem[] asked = [.. found.Where(item => item.IsAskedFor)];
            if (asked.Length > 0 && Array.TrueForAll(asked, item => item.Content.Manifest.Digest == asked[0].Content.Manifest.Digest))
                return asked[0];
            if (found.Length > 1)
                throw Unknown(archive, $"has {found.Length} images that match '{wanted}'", found, wanted);
        }

        throw Unknown(archive, $"contains no '{wanted}'", items, wanted);
    }

    /// <summary>
    /// Finds a project's declared item among the requested items of an archive. Hosts and paths may differ, because the
    /// archive may come from a mirror.
    /// </summary>
    /// <param name="items">All items of the archive.</param>
    /// <param name="declared">The reference, with its digest if known.</param>
    /// <param name="archive">The archive, for messages.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveItemUnknown"/>: none, or several.</exception>
    public static ArchivedItem Find(IReadOnlyList<ArchivedItem> items, ImageReference declared, string archive)
    {
        ArchivedItem[] asked = [.. items.Where(item => item.IsAskedFor)];
        foreach (Func<ArchivedItem, bool> isIt in (Func<ArchivedItem, bool>[])
        [
            item => item.Content.Manifest.Digest == declared.Digest
            && item.Source.Repository.LastSegment == declared.Repository.LastSegment,
            item => item.Source.Repository == declared.Repository && item.Tag == declared.Tag,
            item => item.Source.Repository.LastSegment == declared.Repository.LastSegment && item.Tag == declared.Tag,
            item => item.Source.Repository == declared.Repository,
            item => item.Source.Repository.LastSegment == declared.Repository.LastSegment,
        ])
        {
            ArchivedItem[] found = [.. asked.Where(isIt)];
            if (found.Length > 0 && Array.TrueForAll(found, item => item.Content.Manifest.Digest == found[0].Content.Manifest.Digest))
                return found.FirstOrDefault(item => item.Tag == declared.Tag) ?? found[0];
            if (found.Length > 0)
                throw Unknown(archive, $"has {found.Length} images that match '{declared}'", found, declared.ToString());
        }

        throw Unknown(archive, $"contains no '{declared}'", asked, declared.ToString());
    }

    /// <summary>
    /// The items of a selection: the selected items, the images they pin, and artifacts attached to them.
    /// </summary>
    /// <param name="items">All items of the archive.</param>
    /// <param name="chosen">The selected items.</param>
    /// <param name="pinned">The digests that they pin, at all levels.</param>
    public static List<ArchivedItem> With(IReadOnlyList<ArchivedItem> items, ArchivedItem chosen, IEnumerable<Digest> pinned)
    {
        HashSet<ArchivedItem> taken = new(ReferenceEqualityComparer.Instance) { chosen };
        HashSet<Digest> digests = [.. pinned];
        taken.UnionWith(items.Where(
            item => item.Content.Manifest.Digest != chosen.Content.Manifest.Digest && digests.Contains(item.Content.Manifest.Digest)));
        HashSet<Digest> known = [];
        Queue<ArchivedItem> open = new(taken);
        ILookup<Digest, ArchivedItem> attached =
            items.SelectMany(item => SubjectsOf(item).Select(subject => (subject, item))).ToLookup(pair => pair.subject, pair => pair.item);
        while (open.TryDequeue(out ArchivedItem? item))
        {
            foreach (Digest digest in item.Content.SelfAndDescendants().Select(node => node.Manifest.Digest).Where(known.Add))
            {
                foreach (ArchivedItem more in attached[digest].Where(taken.Add))
                    open.Enqueue(more);
            }
        }

        // An image that was also requested by itself has its own tag, which it does not get from a bundle that pins it.
        return [.. items.Where(taken.Contains)
            .Select(item => ReferenceEquals(item, chosen) || CosignTags.IsOne(item.Tag)
                ? item : item with { Tag = null, IsRoot = false, Owners = null })];
    }

    /// <summary>The bundle that no other pins, if it pins everything else; null for none.</summary>
    public static ArchivedItem? TopOf(List<ArchivedItem> archived, List<BundleNode> bundles)
    {
        HashSet<Digest> pinned = [.. bundles.SelectMany(bundle => bundle.Entries).Select(entry => entry.Source.Digest!.Value)];
        HashSet<Digest> attached = [
            .. archived.Where(item => CosignTags.IsOne(item.Tag) || item.Content.Manifest.Subject is not null)
            .Select(item => item.Content.Manifest.Digest)];
        ArchivedItem[] top = [.. archived.Where(
            item => item.Content.Manifest.Digest is var digest && !pinned.Contains(digest) && !attached.Contains(digest))];
        return top is [{ IsBundle: true } only]
            && bundles.Exists(bundle => bundle.Source.Digest == only.Content.Manifest.Digest) ? only : null;
    }

    private static IEnumerable<Digest> SubjectsOf(ArchivedItem item) =>
        ((Digest?[])[CosignTags.SubjectOf(item.Tag), item.Content.Manifest.Subject?.Digest]).OfType<Digest>().Distinct();

    private static AirgapException Unknown(string archive, string what, IReadOnlyList<ArchivedItem> items, string wanted)
    {
        string names = string.Join(
            ", ", items.Where(item => !CosignTags.IsOne(item.Tag)).OrderByDescending(item => item.IsRoot).Take(MostNamed).Select(NameOf));
        return new AirgapException(
            ErrorCode.ArchiveItemUnknown,
            $"'{archive}' {what}.",
            "Name one by its repository, with its tag or digest if the name is ambiguous: " +
            $"{names}{(items.Count > MostNamed ? " and others" : "")}.")
        { Reference = wanted, Location = new SourceLocation(archive) };
    }

    private static string NameOf(ArchivedItem item) => item.Tag is null ? item.Source.ToString() : $"{item.Source.Repository}:{item.Tag}";
}
