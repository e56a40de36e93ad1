using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Sharding;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Sharding;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>The stages of a publish that several machines carry out.</summary>
/// <param name="task">The task.</param>
/// <param name="log">Its log.</param>
internal sealed class PublishStages(PublishImgpkgBundles task, BuildLog log)
{
    /// <summary>The requested stage.</summary>
    public PublishStage Read(PublishSettings settings, bool hasItems, ref ImmutableArray<Diagnostic> problems)
    {
        PublishStage stage = PlanStages.Read(
            settings, task.Stage switch { "plan" => PublishStage.Plan, "finish" => PublishStage.Finish, _ => PublishStage.Whole },
            new SourceLocation(task.ProjectFile), out ImmutableArray<Diagnostic> unclear);
        // Each project of a solution has these properties; one that declares nothing, such as that of an image, has no part in the plan.
        if (hasItems)
            problems = problems.AddRange(unclear);
        return stage;
    }

    /// <summary>Writes the plan.</summary>
    /// <param name="prepared">The project.</param>
    /// <param name="registry">The registries.</param>
    /// <param name="pushAsync">Pushes the bundle of the project's content to its repository.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Writes the result to the log.</returns>
    public async Task<Action> PlanAsync(
        PreparedProject prepared, IRegistry registry, Func<CancellationToken, Task> pushAsync, CancellationToken cancellationToken)
    {
        ProducedBundle? bundle = prepared.Bundle;
        if (bundle is { LocalImages.IsEmpty: false } && !prepared.PushesBundle)
            throw new AirgapException(
                ErrorCode.PlanNotShared,
                $"The bundle of the project's content pins images that only this machine has, {bundle.LocalImages[0].Repository} first.",
                $"Set {PropertyNames.BundleRepository} to a repository that all machines read: the plan pushes the bundle and these " +
                "images there. Or have the projects push their containers (ContainerRegistry), or publish in one process.");
        OwnBundle? own = bundle is null ? null
            : prepared.PushesBundle ? new OwnBundle(null, bundle, pushAsync) : new OwnBundle(bundle.Digest, null, null);
        if (await new ProjectPlan(prepared.Publisher, registry)
            .WriteAsync(prepared.Publish!, own, cancellationToken) is not { } written)
            return static () => { };
        return () =>
        {
            foreach (Diagnostic refusal in written.Refusals)
                log.Error(refusal);
            if (!written.Refusals.IsEmpty)
                return;
            task.Plans = OutputItems.Files([new PublishedFile(written.Path, PublishedFileKind.Plan)]);
            if (prepared.PushesBundle)
                task.ProducedBundles = OutputItems.Produced(prepared.Bundle!);
            string moved = prepared.PushesBundle ? "the project's bundle alone was pushed" : "nothing was moved";
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {written.Path} (plan: {written.Summary}; {moved})");
        };
    }

    /// <summary>Carries out a shard of the plan.</summary>
    /// <returns>Writes the result to the log.</returns>
    public async Task<Action> SendAsync(PreparedProject prepared, ProjectStages stages, CancellationToken cancellationToken)
    {
        (Shard shard, string summary) = await stages.SendAsync(prepared, Environment.GetEnvironmentVariable, cancellationToken);
        return () => log.Message(MessageImportance.High, $"{task.ProjectName} -> {task.AirgapPlan} (shard {shard}: {summary})");
    }
}
