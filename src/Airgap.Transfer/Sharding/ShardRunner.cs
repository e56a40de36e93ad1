using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>Carries out a plan's shards and finishes the plan.</summary>
/// <param name="registry">The registries.</param>
/// <param name="observer">Receives progress events.</param>
internal sealed class ShardRunner(IRegistry registry, ITransferObserver observer)
{
    /// <summary>Carries out a shard of a relocation.</summary>
    /// <param name="run">The relocation.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="isOwn">True for the shard's blobs.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The result; empty for a shard without work.</returns>
    /// <exception cref="AirgapException">1xxx: a registry.</exception>
    public async Task<TransferResult> RunAsync(
        RunPlan run, Shard shard, Func<Digest, bool> isOwn, TransferOptions options, CancellationToken cancellationToken)
    {
        options = OptionsOf(run, options);
        if (run.Destination is RelocationDestination.Archive)
            return await new ShardArchives(PlacesOf(options), observer).WriteAsync(run, shard, isOwn, options, cancellationToken);
        RepositoryName name = NameOf(run);
        TransferPlan part = ShardSlice.Of(run.Plan, isOwn);
        AdaptiveConcurrency places = PlacesOf(options);
        long retries = registry.Statistics.Retries;
        await using ShardTarget target = new(
            new RegistryTarget(registry, name, part, options, observer, places), registry.GetRepository(name), part, options.Concurrency,
            observer);
        using TransferEngine engine = new(part, target, options, places, observer);
        TransferResult result = await engine.RunAsync(run.Destination, cancellationToken);
        result = await result.ReachedThroughAsync(registry, cancellationToken);
        return result with { Retries = registry.Statistics.Retries - retries };
    }

    /// <summary>Checks that all blobs have arrived, and makes the relocation visible.</summary>
    /// <param name="run">The relocation.</param>
    /// <param name="count">The number of shards; null if unknown.</param>
    /// <param name="shardOf">The shard of a blob; null if the number of shards is unknown.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="wasLooked">True if <see cref="LookAsync"/> ran before: blobs are checked again, but bundles are not read again.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ShardsMissing"/>, <see cref="ErrorCode.InvalidRunPlan"/>, and nothing is
    /// visible; 1xxx: a registry.</exception>
    public async Task<TransferResult> FinishAsync(
        RunPlan run, int? count, Func<Digest, Shard>? shardOf, TransferOptions options, CancellationToken cancellationToken,
        bool wasLooked = false)
    {
        options = OptionsOf(run, options);
        if (run.Destination is RelocationDestination.Archive)
            return await new ShardArchives(PlacesOf(options), observer).JoinAsync(
                run, count ?? throw NoCount(run), absent => Missing(run, absent, shardOf), options, cancellationToken);
        RepositoryName name = NameOf(run);
        AdaptiveConcurrency places = PlacesOf(options);
        long retries = registry.Statistics.Retries;
        IImageRepository repository = registry.GetRepository(name);
        await using FinishTarget target = new(
            new RegistryTarget(registry, name, run.Plan, options, observer),
            new BlobEvidence(repository, reads: false, options.Concurrency, observer),
            wasLooked ? null : new RunPlanContent(run, repository.GetBlob, options.Concurrency), absent => Missing(run, absent, shardOf));
        using TransferEngine engine = new(run.Plan, target, options, places, observer);
        TransferResult result = await engine.RunAsync(run.Destination, cancellationToken);
        result = await result.ReachedThroughAsync(registry, cancellationToken);
        return result with { Retries = registry.Statistics.Retries - retries };
    }

    /// <summary>
    /// Checks that all blobs have arrived and reads the bundles, before several relocations become visible one by one. Changes nothing.
    /// </summary>
    /// <returns>The blobs; for an archive, their content in the shards' archives.</returns>
    /// <inheritdoc cref="FinishAsync"/>
    public async Task<ImmutableArray<PlannedBlob>> LookAsync(
        RunPlan run, int? count, Func<Digest, Shard>? shardOf, TransferOptions options, CancellationToken cancellationToken)
    {
        if (run.Destination is RelocationDestination.Archive)
            return await ShardArchives.LookAsync(
                run, count ?? throw NoCount(run), absent => Missing(run, absent, shardOf), options, cancellationToken);
        IImageRepository repository = registry.GetRepository(NameOf(run));
        IReadOnlyCollection<Digest> absent = await new BlobEvidence(repository, reads: false, options.Concurrency, observer)
            .FindMissingAsync(run.Plan.Blobs.Select(blob => blob.Descriptor), cancellationToken);
        if (absent.Count > 0)
            throw Missing(run, absent, shardOf);
        await new RunPlanContent(run, repository.GetBlob, options.Concurrency).CheckAsync(cancellationToken);
        return run.Plan.Blobs;
    }

    /// <summary>Writes the archive of a relocation in one process, without archives of shards.</summary>
    /// <param name="run">The relocation, to an archive.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AirgapException">1xxx: a registry.</exception>
    public async Task<TransferResult> WriteWholeAsync(RunPlan run, TransferOptions options, CancellationToken cancellationToken)
    {
        options = OptionsOf(run, options);
        long retries = registry.Statistics.Retries;
        TransferResult result = await new ShardArchives(PlacesOf(options), observer).WriteWholeAsync(run, options, cancellationToken);
        return result with { Retries = registry.Statistics.Retries - retries };
    }

    private AdaptiveConcurrency PlacesOf(TransferOptions options) =>
        new(options.Concurrency, options.MostConcurrency, () => registry.LoadRefusals, TimeProvider.System);

    private static TransferOptions OptionsOf(RunPlan run, TransferOptions options) =>
        options with { RepositoryBasedTags = run.Entry.RepositoryBasedTags, KeepGoing = false };

    private static RepositoryName NameOf(RunPlan run) => ((RelocationDestination.Repository)run.Destination).Name;

    private static AirgapException NoCount(RunPlan run) => new(
        ErrorCode.InvalidShard, $"The number of shards that wrote '{run.Destination}' is neither given nor in the plan.",
        "Give the number of shards, or write the plan with it.");

    private static AirgapException Missing(RunPlan run, IReadOnlyCollection<Digest> absent, Func<Digest, Shard>? shardOf)
    {
        HashSet<Digest> digests = [.. absent];
        PlannedBlob[] blobs = [.. run.Plan.Blobs.Where(blob => digests.Contains(blob.Descriptor.Digest))];
        string bytes = ByteSize.Format(blobs.Sum(blob => blob.Descriptor.Size));
        string again = shardOf is null ? "their shards are unknown without the number of shards"
            : $"{ShardList(blobs.Select(blob => shardOf(blob.Descriptor.Digest)))} to run again";
        return new AirgapException(
            ErrorCode.ShardsMissing,
            $"{run.Plan.Source} is not finished: {blobs.Length} of {run.Plan.Blobs.Length} blobs ({bytes}) " +
            $"{(blobs.Length == 1 ? "is" : "are")} not " +
            $"{PlaceOf(run.Destination)}, {blobs[0].Descriptor.Digest} first: {again}.",
            $"Once they have ended, finish again; until then {(run.Destination is RelocationDestination.Archive
                ? "the archive is not written" : "no tag is set")}. To fix this, {AdviceTerms.RunShard}.")
        { Reference = run.Destination.ToString(), Digest = blobs[0].Descriptor.Digest.ToString() };
    }

    private static string PlaceOf(RelocationDestination destination) => destination is RelocationDestination.Archive { Path: var path }
        ? $"in the archives of its shards ({ShardArchives.AllOf(path)})" : $"at {destination}";

    private static string ShardList(IEnumerable<Shard> shards)
    {
        Shard[] again = [.. shards.Distinct().OrderBy(shard => shard.Number)];
        return again.Length == 1 ? $"shard {again[0]} has" : $"shards {string.Join(", ", again.Select(shard => shard.ToString()))} have";
    }
}
