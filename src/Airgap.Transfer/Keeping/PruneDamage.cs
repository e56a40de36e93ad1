using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Finds damage caused by removals. Some time always passes between a check and a deletion. Changes in that time are found afterwards, as
/// far as they left a trace.
/// </summary>
internal static class PruneDamage
{
    /// <summary>Checks the kept content after the removals.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PrunedWhileNeeded"/>, <see cref="ErrorCode.TagVanished"/>.</exception>
    public static async Task RequireNoneAsync(
        ConcurrentTags late, PrunePlan plan, HashSet<Digest> removed, RepositoryName name, CancellationToken cancellationToken)
    {
        await late.FindAsync(always: true, cancellationToken);
        Digest[] hurt = [.. late.Missing.Where(removed.Contains)];
        if (hurt.Length > 0)
        {
            throw new AirgapException(
                ErrorCode.PrunedWhileNeeded,
                "Something was tagged in " +
                $"{name} while it was cleaned up, and leads to {hurt.Length} of the manifests that were removed, such as {hurt[0]}.",
                "Run the interrupted relocation again: it sends the missing content. Prune when no relocation runs.")
            { Reference = name.ToString(), Digest = hurt[0].ToString() };
        }

        // With a manifest, the registry removes all its tags of that moment, including one that was moved to it just before.
        HashSet<string> meant = [.. plan.Remove.SelectMany(item => item.Tags),
            .. (plan.StaleTags is { IsDefault: false } stale ? stale : []).Select(tag => tag.Tag)];
        (string Tag, Digest Digest)[] lost =
            [.. late.Vanished.Where(tag => !meant.Contains(tag.Tag)).OrderBy(tag => tag.Tag, StringComparer.Ordinal)];
        if (lost.Length > 0)
        {
            throw new AirgapException(
                ErrorCode.TagVanished,
                $"{(lost.Length == 1 ? "The tag" : $"{lost.Length} tags, such as")} {lost[0].Tag} of {name}, which pointed to " +
                $"{lost[0].Digest}, disappeared while the repository was pruned, although the plan does not remove it: another client " +
                "moved it " +
                "to removed content, or deleted it.",
                "If a relocation was in progress, run it once more: it sets the tag again. Prune when none is in progress.")
            { Reference = name.ToString(), Digest = lost[0].Digest.ToString() };
        }
    }
}
