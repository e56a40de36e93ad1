using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>Determines the requested stage of a project's plan, and refuses properties that do not fit it.</summary>
internal static class PlanStages
{
    /// <summary>The target that writes a plan.</summary>
    public const string PlanTarget = "PlanImgpkgBundles";

    /// <summary>The target that finishes a plan.</summary>
    public const string FinishTarget = "FinishImgpkgBundles";

    /// <summary>Determines the stage.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="target">The stage of the MSBuild target; <see cref="PublishStage.Whole"/> for no stage.</param>
    /// <param name="location">The project file, for problems.</param>
    /// <param name="problems">Conflicting properties (<see cref="ErrorCode.PlanStageUnclear"/>).</param>
    public static PublishStage Read(
        PublishSettings settings, PublishStage target, SourceLocation? location, out ImmutableArray<Diagnostic> problems)
    {
        PublishStage stage = target == PublishStage.Whole && settings.Shard.Length > 0 ? PublishStage.Shard : target;
        problems = [.. Problems(settings, stage).Select(problem =>
            new Diagnostic(ErrorCode.PlanStageUnclear, problem.Text, problem.Advice) { Location = location })];
        return stage;
    }

    /// <summary>
    /// The settings of a stage: only the finish stage signs, so that only its machine needs the key; the other stages have no signing
    /// settings.
    /// </summary>
    public static PublishSettings Of(PublishSettings settings, PublishStage stage) => stage is PublishStage.Plan or PublishStage.Shard
        ? settings with
        {
            SigningKey = "",
            SigningKeyPasswordFile = "",
            SigningCommand = "",
            SignImages = "",
            Provenance = false
        }
        : settings;

    /// <summary>Refuses a project that names a plan, for front ends that publish in one process.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanStageUnclear"/>.</exception>
    public static void RefuseInOneProcess(PublishSettings settings)
    {
        string? named = settings.Plan.Length > 0 ? PropertyNames.Plan
            : settings.Shard.Length > 0 ? PropertyNames.Shard : settings.Shards is null ? null : PropertyNames.Shards;
        if (named is not null)
            throw new AirgapException(
                ErrorCode.PlanStageUnclear, $"{named} is set, but this command publishes in one process.",
                $"Omit it, or run the stages with dotnet build -t:{PlanTarget}, {PropertyNames.Shard} and -t:{FinishTarget}.");
    }

    private static IEnumerable<(string Text, string Advice)> Problems(PublishSettings settings, PublishStage stage)
    {
        const string Omit = "Omit it.";
        if (stage == PublishStage.Whole)
        {
            if (settings.Plan.Length > 0)
                yield return ($"{PropertyNames.Plan} is set, but no stage is requested.",
                    $"Write the plan with dotnet build -c Release -t:{PlanTarget}, transfer a part of it with -t:PublishImgpkgBundles and " +
                    $"{PropertyNames.Shard}, such as 3/8, and finish with -t:{FinishTarget}; or omit {PropertyNames.Plan}.");
            else if (settings.Shards is not null)
                yield return ($"{PropertyNames.Shards} is set, but no plan is written.", Omit);
            yield break;
        }

        if (settings.Plan.Length == 0)
            yield return ($"{WordsOf(stage)} requires {PropertyNames.Plan}, the plan's file.",
                $"Set {PropertyNames.Plan} to the same file in all stages.");
        if (stage != PublishStage.Shard && settings.Shard.Length > 0)
            yield return ($"{PropertyNames.Shard} cannot be combined with {WordsOf(stage)}, which is not a part of the plan.", Omit);
        if (settings.Shards is < 1 or > Shard.MostShards)
            yield return ($"{PropertyNames.Shards} is {settings.Shards}, but must be from 1 to {Shard.MostShards}.",
                "Correct the number.");
        foreach ((string name, bool isSet, string why) in new[]
        {
            (PropertyNames.DryRun, settings.DryRun, "writing a plan moves nothing"),
            (PropertyNames.KeepGoing, settings.KeepGoing, "a plan is carried out completely or not at all"),
            (PropertyNames.Repair, settings.Repair, "shards check that blobs exist, but do not read them"),
            (PropertyNames.SourceArchive, settings.SourceArchive.Length > 0, "only this machine has the archive"),
        })
        {
            if (isSet)
                yield return ($"{name} cannot be combined with {WordsOf(stage)}: {why}.", "Omit it, or publish in one process.");
        }
    }

    private static string WordsOf(PublishStage stage) => stage switch
    {
        PublishStage.Plan => $"-t:{PlanTarget}",
        PublishStage.Finish => $"-t:{FinishTarget}",
        _ => PropertyNames.Shard,
    };
}
