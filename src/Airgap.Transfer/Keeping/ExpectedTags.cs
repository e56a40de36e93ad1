using Airgap.Oci;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Keeping;

/// <summary>A tag that a repository should have.</summary>
/// <param name="Digest">The digest it should point to; null if any is right.</param>
/// <param name="Because">The source that requires it.</param>
internal sealed record ExpectedTag(Digest? Digest, string Because)
{
    /// <summary>True for a user's tag.</summary>
    public bool IsUsers { get; init; }

    /// <summary>True for a tag that keeps an image from being collected as garbage.</summary>
    public bool IsContentTag { get; init; }
}

/// <summary>The tags that a relocation sets for the expected content of a repository.</summary>
/// <param name="ByName">The tags, in ordinal order.</param>
internal sealed record ExpectedTags(IReadOnlyDictionary<string, ExpectedTag> ByName)
{
    /// <summary>Finds the tags.</summary>
    /// <param name="roots">The expected content of the repository.</param>
    /// <param name="reach">The manifests they reference.</param>
    /// <param name="missing">The missing manifests.</param>
    public static ExpectedTags Of(IReadOnlyList<KeptRoot> roots, ReachableContent reach, IReadOnlyList<MissingContent> missing)
    {
        SortedDictionary<string, ExpectedTag> expected = new(StringComparer.Ordinal);
        HashSet<Digest> listed = [.. roots.Where(root => !root.Tags.IsEmpty).Select(root => root.Digest)];
        foreach (KeptRoot root in roots)
        {
            if (root.Tag is { } tag)
                expected[tag] = new ExpectedTag(root.Digest, root.From) { IsUsers = true };
            foreach (string given in root.Tags)
                expected.TryAdd(given, new ExpectedTag(root.Digest, root.From) { IsUsers = DerivedTags.SubjectOf(given) is null });
            if (root.Tags.IsEmpty)
                AddContentTag(root.Digest, root.From);
        }

        foreach ((Digest digest, ContentNode bundle) in reach.Present.Concat(
            missing.Where(each => each.Elsewhere is not null).Select(each => KeyValuePair.Create(each.Digest, each.Elsewhere!)))
            .Where(pair => pair.Value.IsBundle))
        {
            expected.TryAdd(LocationsImage.Tag(digest), new ExpectedTag(null, $"the bundle {digest}"));
            foreach (ContentLink link in bundle.Links)
            {
                // Images of a report have the tags listed there.
                if (link.Kind is LinkKind.Pinned or LinkKind.Locations && !listed.Contains(link.Target))
                    AddContentTag(link.Target, $"the bundle {digest}");
            }
        }

        return new ExpectedTags(expected);

        void AddContentTag(Digest digest, string because) =>
            expected.TryAdd(ContentTag.Of(digest), new ExpectedTag(digest, because) { IsContentTag = true });
    }
}
