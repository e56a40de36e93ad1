using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>Finds out which stage of a plan a project is asked for, and what goes with none.</summary>
internal static class PlanStages
{
    /// <summary>The target that writes a plan.</summary>
    public const string PlanTarget = "PlanImgpkgBundles";

    /// <summary>The target that finishes.</summary>
    public const string FinishTarget = "FinishImgpkgBundles";

    /// <summary>Reads it.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="target">The stage that a target asks for; <see cref="PublishStage.Whole"/> for none.</param>
    /// <param name="location">The project file, for problems.</param>
    /// <param name="problems">What does not go together (<see cref="ErrorCode.PlanStageUnclear"/>).</param>
    public static PublishStage Read(
        PublishSettings settings, PublishStage target, SourceLocation? location, out ImmutableArray<Diagnostic> problems)
    {
        PublishStage stage = target == PublishStage.Whole && settings.Shard.Length > 0 ? PublishStage.Shard : target;
        problems = [.. Problems(settings, stage).Select(problem =>
            new Diagnostic(ErrorCode.PlanStageUnclear, problem.Text, problem.Advice) { Location = location })];
        return stage;
    }

    /// <summary>For a front end that publishes in one process: refuses a project that names a plan.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanStageUnclear"/>.</exception>
    public static void RefuseInOneProcess(PublishSettings settings)
    {
        string? named = settings.Plan.Length > 0 ? PropertyNames.Plan
            : settings.Shard.Length > 0 ? PropertyNames.Shard : settings.Shards is null ? null : PropertyNames.Shards;
        if (named is not null)
            throw new AirgapException(
                ErrorCode.PlanStageUnclear, $"{named} is set, and this publishes in one process.",
                $"Leave it out, or run the stages with dotnet build -t:{PlanTarget}, {PropertyNames.Shard} and -t:{FinishTarget}.");
    }

    private static IEnumerable<(string Text, string Advice)> Problems(PublishSettings settings, PublishStage stage)
    {
        const string Omit = "Leave it out.";
        if (stage == PublishStage.Whole)
        {
            if (settings.Plan.Length > 0)
                yield return ($"{PropertyNames.Plan} is set, and no stage is asked for.",
                    $"Write the plan with dotnet build -t:{PlanTarget} (dotnet publish would publish first), send a part of it with " +
                    $"{PropertyNames.Shard}, such as 3/8, and finish with -t:{FinishTarget}; or leave {PropertyNames.Plan} out.");
            else if (settings.Shards is not null)
                yield return ($"{PropertyNames.Shards} is set, and no plan is made.", Omit);
            yield break;
        }

        if (settings.Plan.Length == 0)
            yield return ($"{WordsOf(stage)} needs {PropertyNames.Plan}, the file of the plan.",
                $"Set {PropertyNames.Plan} to the same file in all stages.");
        if (stage != PublishStage.Shard && settings.Shard.Length > 0)
            yield return ($"{PropertyNames.Shard} does not go with {WordsOf(stage)}, which is not a part of the plan.", Omit);
        if (settings.Shards is < 1 or > Shard.MostShards)
            yield return ($"{PropertyNames.Shards} is {settings.Shards}, and there are 1 to {Shard.MostShards} shards.",
                "Name another number.");
        foreach ((string name, bool isSet, string why) in new[]
        {
            (PropertyNames.DryRun, settings.DryRun, "a plan that is written moves nothing either"),
            (PropertyNames.KeepGoing, settings.KeepGoing, "a plan is carried out whole"),
            (PropertyNames.Repair, settings.Repair, "shards ask for blobs, and do not read them"),
            (PropertyNames.BundleRepository, settings.BundleRepository.Length > 0, "a plan only relocates"),
            (PropertyNames.SourceArchive, settings.SourceArchive.Length > 0, "an archive is a source that only this machine has"),
        })
        {
            if (isSet)
                yield return ($"{name} does not go with {WordsOf(stage)}: {why}.", "Leave it out, or publish in one process.");
        }
    }

    private static string WordsOf(PublishStage stage) => stage switch
    {
        PublishStage.Plan => $"-t:{PlanTarget}",
        PublishStage.Finish => $"-t:{FinishTarget}",
        _ => PropertyNames.Shard,
    };
}
