using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Sharding;

/// <summary>The stages of a project's publish after its plan: a shard, and the finish.</summary>
/// <param name="given">The plan.</param>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="settings">The project's settings.</param>
/// <param name="observer">Receives progress events.</param>
internal sealed class ProjectStages(PrecomputedPlans given, IRegistry registry, PublishSettings settings, ITransferObserver observer)
{
    private readonly PlanCarrier _carrier = new(
        registry, given.Runs, new TransferOptions { Concurrency = settings.Concurrency }, _ => observer);

    /// <summary>Carries out a shard of the plan.</summary>
    /// <param name="prepared">The project, which must match the plan.</param>
    /// <param name="environment">Returns a variable's value, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The shard, and a summary of what it moved.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>; 1xxx: a registry; 3xxx: a file.</exception>
    public async Task<(Shard Shard, string Summary)> SendAsync(
        PreparedProject prepared, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        given.RequireDestination(prepared);
        Shard shard = Shard.Parse(settings.Shard, given.Count, environment);
        foreach (RelocationDestination.Archive archive in given.Runs.Select(run => run.Destination).OfType<RelocationDestination.Archive>())
            ArtifactFile.MakeFolder(OutputCheck.OfArchive(archive.Path, makesFolder: true).Folder);
        IReadOnlyList<TransferResult> sent = await _carrier.SendAsync(shard, withArchives: true, cancellationToken);
        return (shard, RunPlanText.Sent(sent));
    }

    /// <summary>Checks that all blobs have arrived, and finishes the publish.</summary>
    /// <param name="prepared">The project, which must match the plan.</param>
    /// <param name="tell">Receives further failures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ShardsMissing"/>, and nothing is visible; or any failure of a publish.
    /// </exception>
    public async Task<PublishResult> FinishAsync(PreparedProject prepared, Action<Diagnostic> tell, CancellationToken cancellationToken)
    {
        given.RequireDestination(prepared);
        await given.LookAsync(_carrier, tell, cancellationToken);
        return await prepared.Publisher.RunPreparedAsync(prepared.Publish!, cancellationToken);
    }
}
