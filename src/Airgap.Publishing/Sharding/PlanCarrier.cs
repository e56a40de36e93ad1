using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Sharding;

/// <summary>
/// Carries out the relocations of a plan, for the tool and for projects. Shards run concurrently on a destination; a process that removes
/// content waits for all of them.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="runs">The relocations.</param>
/// <param name="options">The options.</param>
/// <param name="observe">Makes the observer of one relocation; it is disposed afterwards.</param>
internal sealed class PlanCarrier(
    IRegistry registry, IReadOnlyList<RunPlan> runs, TransferOptions options, Func<RunPlan, ITransferObserver> observe)
{
    private readonly Lazy<IReadOnlyList<RunPlan>> _joined = new(() => MergedRelocations.Of(runs));

    /// <summary>Returns a blob's shard; null if the number of shards is unknown.</summary>
    public Func<Digest, Shard>? ShardOf(int? count)
    {
        if (count is not { } known)
            return null;
        // Needed only when something is missing.
        Lazy<ShardAssignment> assignment = new(() => Assign(known));
        return blob => new Shard(assignment.Value.ShardOf(blob), known);
    }

    /// <summary>Transfers one shard's part of all relocations.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="withArchives">False to leave archives to the finish stage, which writes them alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The results of the shard.</returns>
    public async Task<IReadOnlyList<TransferResult>> SendAsync(Shard shard, bool withArchives, CancellationToken cancellationToken)
    {
        ShardAssignment assignment = Assign(shard.Count);
        List<TransferResult> sent = [];
        Dictionary<(string Registry, Digest Blob), RepositoryName> places = [];
        foreach (RunPlan run in _joined.Value.Where(run => withArchives || run.Destination is RelocationDestination.Repository))
        {
            RunPlan near = run with { Plan = run.Plan with { Blobs = [.. run.Plan.Blobs.Select(blob => NearOf(run, blob, places))] } };
            sent.Add(await AnnouncedAsync(
                run, runner => runner.RunAsync(
                    near, shard, blob => assignment.ShardOf(blob) == shard.Number, options, cancellationToken), cancellationToken));
            if (run.Destination is RelocationDestination.Repository { Name: var name })
            {
                foreach (Descriptor blob in run.Plan.Blobs.Select(blob => blob.Descriptor)
                    .Where(blob => assignment.ShardOf(blob.Digest) == shard.Number))
                    places.TryAdd((name.Registry, blob.Digest), name);
            }
        }

        return sent;
    }

    /// <summary>
    /// Checks that all blobs have arrived before any relocation becomes visible, so that not only some are tagged.
    /// </summary>
    /// <param name="count">The number of shards; null if unknown.</param>
    /// <param name="tell">Receives the failures of all relocations but the last, which is thrown.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The content of each relocation.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ShardsMissing"/>, <see cref="ErrorCode.InvalidRunPlan"/>, or
    /// 1xxx.</exception>
    public async Task<ImmutableArray<ImmutableArray<PlannedBlob>>> LookAsync(
        int? count, Action<Diagnostic> tell, CancellationToken cancellationToken)
    {
        Func<Digest, Shard>? shardOf = ShardOf(count);
        List<AirgapException> missing = [];
        ImmutableArray<ImmutableArray<PlannedBlob>>.Builder found = ImmutableArray.CreateBuilder<ImmutableArray<PlannedBlob>>();
        foreach (RunPlan run in runs)
        {
            ITransferObserver observer = observe(run);
            using IDisposable? ending = observer as IDisposable;
            try
            {
                found.Add(await new ShardRunner(registry, observer).LookAsync(run, count, shardOf, options, cancellationToken));
            }
            catch (AirgapException e) when (e.Code == ErrorCode.ShardsMissing)
            {
                missing.Add(e);
            }
        }

        if (missing.Count == 0)
            return found.ToImmutable();
        foreach (AirgapException other in missing.SkipLast(1))
            tell(other.ToDiagnostic());
        throw missing[^1];
    }

    /// <summary>Makes one relocation visible.</summary>
    /// <param name="run">The relocation.</param>
    /// <param name="count">The number of shards; null if unknown.</param>
    /// <param name="isWhole">True if this process sends everything: an archive is then written from the source.</param>
    /// <param name="wasLooked">True after <see cref="LookAsync"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<TransferResult> FinishAsync(
        RunPlan run, int? count, bool isWhole, bool wasLooked, CancellationToken cancellationToken) =>
        AnnouncedAsync(
            run, runner => isWhole && run.Destination is RelocationDestination.Archive
                ? runner.WriteWholeAsync(run, options, cancellationToken)
                : runner.FinishAsync(run, isWhole ? 1 : count, ShardOf(count), options, cancellationToken, wasLooked),
            cancellationToken);

    private ShardAssignment Assign(int count) => ShardAssignment.Of([.. _joined.Value.Select(run => run.Plan)], count);

    // Blobs that this shard sent to another repository of the registry are mounted from there, or else read from there.
    private PlannedBlob NearOf(RunPlan run, PlannedBlob blob, Dictionary<(string Registry, Digest Blob), RepositoryName> places) =>
        run.Destination is RelocationDestination.Repository to
        && places.TryGetValue((to.Name.Registry, blob.Descriptor.Digest), out RepositoryName? near)
            ? new PlannedBlob(registry.GetRepository(near).GetBlob(blob.Descriptor), near) : blob;

    private async Task<TransferResult> AnnouncedAsync(
        RunPlan run, Func<ShardRunner, Task<TransferResult>> work, CancellationToken cancellationToken)
    {
        ITransferObserver observer = observe(run);
        using IDisposable? ending = observer as IDisposable;
        using IDisposable? announced =
            await DestinationLock.OfUser(Timeout.InfiniteTimeSpan).EnterAsync(run.Destination, observer, cancellationToken);
        return await work(new ShardRunner(registry, observer));
    }
}
