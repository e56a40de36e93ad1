using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Keeping;

/// <summary>What people have to know of a prune.</summary>
internal static class PruneNotes
{
    /// <summary>What garbage collection still has to do.</summary>
    public const string Collection =
        "Removing a manifest frees no disk: the registry's garbage collection does. 'dotnet airgap serve' collects by itself, 'dotnet " +
        "airgap registry gc' where it does not run, "
        + "docker-registry with 'registry garbage-collect' while nothing is pushed; other registries have a schedule of their own.";

    /// <summary>What counts for every plan.</summary>
    public static IReadOnlyList<string> Always { get; } =
    [
        "A relocation by this user on this machine holds a prune off. One by another user or from another machine is not seen: what it " +
        "has sent is spared while it is within the grace, "
        + "what it has tagged is found until shortly before each removal (some seconds, or as long as reading all tags takes), and what " +
        "it found there and has not tagged yet is not known. Prune when none is under way, and look afterwards: diff.",
        "A registry removes the tags of a manifest with it. One that is set in the moment between the last look and the removal is lost, " +
        "and where it is new nothing shows it afterwards; 'dotnet airgap serve' alone keeps what was pushed again until the removal.",
        "Manifests without a tag that nothing tagged leads to cannot be listed by a registry's API: they are not in this plan, and the " +
        "registry's garbage collection may remove them.",
        Collection,
    ];

    /// <summary>What counts where the registry does not give ages.</summary>
    public const string AgeUnknown =
        "The registry does not say how old some of these manifests are: the grace counts from this plan, and nothing is removed before " +
        "it is over.";

    /// <summary>The same without a grace.</summary>
    public const string NoGrace =
        "The registry does not say how old some of these manifests are, and no grace was asked for: what a relocation from another " +
        "machine has just sent may be among them.";

    /// <summary>What counts where tags go alone.</summary>
    public const string TagAgeUnknown = "A registry does not say how old a tag is: the grace of tags that go alone counts from this plan.";

    /// <summary>One line on a plan.</summary>
    public static string Summary(RepositoryName repository, IReadOnlyCollection<PruneItem> items, int staleTags, PruneGarbage garbage) =>
        items.Count == 0
        ? $"{repository}: {(staleTags == 0 ? "nothing to remove" : $"{Count(staleTags, "stale tag")} to remove, and no manifest")}"
        : $"{repository}: {Count(items.Count, "manifest")} to remove with " +
        $"{Count(items.Sum(item => item.Tags.Length), "tag")}{(staleTags == 0 ? "" : $", and {Count(staleTags, "stale tag")} of what stays")}; {Count(garbage.Count, "blob")} ({ByteSize.Format(garbage.Bytes)}) become garbage";

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
