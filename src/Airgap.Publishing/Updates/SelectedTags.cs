using Airgap.Publishing.Declarations;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Updates;

/// <summary>The tags of an item that a cluster chooses by itself, according to the item's <c>TagSelection</c>.</summary>
/// <param name="Constraints">The constraints; null for an item without constraints: then every tag counts.</param>
/// <param name="Prereleases">The pre-releases that count: null for none, empty for all.</param>
internal sealed record SelectedTags(string? Constraints, string[]? Prereleases)
{
    /// <summary>Reads the metadata.</summary>
    public static SelectedTags Of(PublishItem item) => new(
        item.Value(MetadataNames.TagSelection),
        item.Value(MetadataNames.Prereleases) is not { } text ? null : text.Trim() == "*" ? [] : TagConstraints.ParsePrereleases(text));

    /// <summary>True for a tag that counts.</summary>
    public bool Include((SemverVersion Version, string Tag) tag) =>
        Constraints is null || TagConstraints.Includes(tag.Tag, Constraints, Prereleases);

    /// <summary>The scope, widened to pre-releases if the item accepts any.</summary>
    public VersionScope ScopeOf(VersionScope scope) =>
        Constraints is null || Prereleases is null ? scope : scope with { Prereleases = true };
}
