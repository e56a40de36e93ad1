using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Keeping;

/// <summary>Notes for users of a prune.</summary>
internal static class PruneNotes
{
    /// <summary>The note about garbage collection.</summary>
    public const string Collection =
        "Removing a manifest frees no disk: the registry's garbage collection does. 'dotnet airgap serve' collects automatically, 'dotnet "
            +
        "airgap registry gc' where it does not run, "
        + "docker-registry with 'registry garbage-collect' while nothing is pushed; other registries have their own schedule.";

    /// <summary>The notes for every plan.</summary>
    public static IReadOnlyList<string> Always { get; } =
    [
        "A relocation by this user on this machine blocks a prune. One by another user or from another machine is not detected: content " +
        "it has sent is kept during the grace period, "
        + "its tags are found until shortly before each removal (some seconds, or as long as reading all tags takes), and what " +
        "it found there and has not tagged yet is unknown. Prune when none is in progress, and check afterwards with diff.",
        "A registry removes the tags of a manifest with it. One that is set between the last look and the removal is lost, " +
        "and a new manifest leaves no trace afterwards; only 'dotnet airgap serve' keeps content that was pushed again before the removal.",
        "A registry's API cannot list manifests that have no tag and are not referenced by a tagged one: they are not in this plan, " +
        "and the " +
        "registry's garbage collection may remove them.",
        Collection,
    ];

    /// <summary>The note for a registry that does not report ages.</summary>
    public const string AgeUnknown =
        "The registry does not report the age of some of these manifests: the grace period starts with this plan, and nothing is removed " +
        "before " +
        "it is over.";

    /// <summary>The note for a registry that does not report ages, if there is no grace period.</summary>
    public const string NoGrace =
        "The registry does not report the age of some of these manifests, and no grace period was requested: content that a relocation " +
        "from another " +
        "machine has just sent may be among them.";

    /// <summary>The note for tags that are removed without their manifests.</summary>
    public const string TagAgeUnknown =
        "A registry does not report the age of a tag: the grace period of tags that are removed alone starts with this plan.";

    /// <summary>A plan's summary in one line.</summary>
    public static string Summary(RepositoryName repository, IReadOnlyCollection<PruneItem> items, int staleTags, PruneGarbage garbage) =>
        items.Count == 0
        ? $"{repository}: {(staleTags == 0 ? "nothing to remove" : $"{Count(staleTags, "stale tag")} to remove, and no manifest")}"
        : $"{repository}: {Count(items.Count, "manifest")} to remove with " +
        $"{Count(items.Sum(item => item.Tags.Length), "tag")}{(staleTags == 0 ? "" : $", and {Count(staleTags, "stale tag")} of what stays")}; {Count(garbage.Count, "blob")} ({ByteSize.Format(garbage.Bytes)}) become garbage";

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
