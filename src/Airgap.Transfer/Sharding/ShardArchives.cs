using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Writes an archive by shards: each shard writes an archive of the plan's images with its own layers, which requires the others', next to
/// the archive into which the finish merges all of them.
/// </summary>
/// <param name="places">The number of concurrent blobs.</param>
/// <param name="observer">Receives progress events.</param>
internal sealed class ShardArchives(AdaptiveConcurrency places, ITransferObserver observer)
{
    private const string OtherShards = "the other shards of the plan";

    /// <summary>The path of a shard's archive: <c>ARCHIVE.shard-3-of-8</c>.</summary>
    public static string PathOf(string archive, Shard shard) => $"{archive}.shard-{shard.Number}-of-{shard.Count}";

    /// <summary>The pattern of all of them.</summary>
    public static string AllOf(string archive) => $"{archive}.shard-*";

    /// <summary>Writes a shard's archive; keeps an existing one, and resumes an unfinished one.</summary>
    public async Task<TransferResult> WriteAsync(
        RunPlan run, Shard shard, Func<Digest, bool> isOwn, TransferOptions options, CancellationToken cancellationToken)
    {
        RelocationDestination.Archive whole = (RelocationDestination.Archive)run.Destination;
        RequiredLayer[] others =
            [.. DeltaPlan.Candidates(run.Plan).Values.Where(layer => !isOwn(layer.Digest)).OrderBy(layer => layer.Digest)];
        TransferPlan part = DeltaPlan.Without(run.Plan, others.Select(layer => layer.Digest).ToHashSet()) with
        {
            Delta = others.Length == 0 ? null : new DeltaNotes([new DeltaBase(DeltaBaseKinds.Archive, OtherShards)], [.. others]),
            Warnings = [],
        };
        TransferResult result =
            await WriteAsync(
                part, whole with { Path = PathOf(whole.Path, shard) }, options with { Resume = true }, $"{AdviceTerms.RunShard}: {shard}",
                cancellationToken);
        // Each part contains the configs, which the plan has; the shard that they belong to counts them.
        return result with { Blobs = [.. result.Blobs.Where(blob => isOwn(blob.Descriptor.Digest))] };
    }

    /// <summary>Writes the archive without shards; keeps an existing one, and resumes an unfinished one.</summary>
    public async Task<TransferResult> WriteWholeAsync(RunPlan run, TransferOptions options, CancellationToken cancellationToken)
    {
        await CheckAsync(run, run.Plan.Blobs, options, cancellationToken);
        return await WriteAsync(
            run.Plan, (RelocationDestination.Archive)run.Destination, options with { Resume = true },
            "run it again with the same plan, which resumes", cancellationToken);
    }

    /// <summary>Merges the archives of all shards.</summary>
    /// <param name="run">The relocation.</param>
    /// <param name="count">The number of shards.</param>
    /// <param name="missing">Makes the failure for missing blobs.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<TransferResult> JoinAsync(
        RunPlan run, int count, Func<IReadOnlyCollection<Digest>, AirgapException> missing, TransferOptions options,
        CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedBlob> blobs = await LookAsync(run, count, missing, options, cancellationToken);
        return await WriteAsync(
            run.Plan with { Blobs = blobs }, (RelocationDestination.Archive)run.Destination, options, "finish again", cancellationToken);
    }

    /// <summary>Finds each blob in the archives of the shards, and reads the bundles.</summary>
    /// <inheritdoc cref="JoinAsync"/>
    public static async Task<ImmutableArray<PlannedBlob>> LookAsync(
        RunPlan run, int count, Func<IReadOnlyCollection<Digest>, AirgapException> missing, TransferOptions options,
        CancellationToken cancellationToken)
    {
        ImmutableArray<PlannedBlob> blobs = await ReadPartsAsync(run, count, missing, cancellationToken);
        await CheckAsync(run, blobs, options, cancellationToken);
        return blobs;
    }

    private static async Task<ImmutableArray<PlannedBlob>> ReadPartsAsync(
        RunPlan run, int count, Func<IReadOnlyCollection<Digest>, AirgapException> missing, CancellationToken cancellationToken)
    {
        RelocationDestination.Archive whole = (RelocationDestination.Archive)run.Destination;
        List<(Shard Shard, IArchive Archive)> parts = [];
        for (int number = 1; number <= count; number++)
        {
            Shard shard = new(number, count);
            if (File.Exists(PathOf(whole.Path, shard)))
                parts.Add((shard, await OpenAsync(run, shard, cancellationToken)));
        }

        Dictionary<Digest, StoredBytes> configs = [];
        foreach (PlannedManifest node in run.Plan.Items.SelectMany(item => item.Content.SelfAndDescendants()))
        {
            if (node.StoredConfig is { } config)
                configs.TryAdd(node.Manifest.Config!.Digest, config);
        }

        List<Digest> absent = [];
        ImmutableArray<PlannedBlob> blobs = [.. run.Plan.Blobs.Select(ContentOf)];
        return absent.Count == 0 ? blobs : throw missing(absent);

        PlannedBlob ContentOf(PlannedBlob blob)
        {
            if (blob.Content is MemoryBlobContent)
                return blob;
            if (configs.TryGetValue(blob.Descriptor.Digest, out StoredBytes? held))
                return blob with { Content = new MemoryBlobContent(blob.Descriptor, held) };
            foreach ((Shard shard, IArchive archive) in parts)
            {
                if (archive.GetBlob(blob.Descriptor) is ArchiveBlobContent content)
                    return new PlannedBlob(content.With(failure => Broken(run, shard, failure)), Origin: null);
            }

            absent.Add(blob.Descriptor.Digest);
            return blob;
        }
    }

    private static async Task<IArchive> OpenAsync(RunPlan run, Shard shard, CancellationToken cancellationToken)
    {
        string path = PathOf(((RelocationDestination.Archive)run.Destination).Path, shard);
        try
        {
            return await AnyArchive.OpenAsync(new RelocationSource.Archive(path), cancellationToken);
        }
        catch (AirgapException e) when (e.Code is ErrorCode.InvalidArchive or ErrorCode.ForeignArchive)
        {
            throw Broken(run, shard, e);
        }
    }

    private static AirgapException Broken(RunPlan run, Shard shard, AirgapException failure) => new(
        ErrorCode.ShardsMissing,
        $"{run.Plan.Source} is not finished, as the archive of shard {shard} cannot be used: {failure.Message}",
        $"Once it has ended, finish again; until then the archive is not written. To fix this, {AdviceTerms.RunShard}: {shard}.", failure)
    { Reference = run.Destination.ToString(), Digest = failure.Digest, Location = failure.Location };

    private static Task CheckAsync(
        RunPlan run, ImmutableArray<PlannedBlob> blobs, TransferOptions options, CancellationToken cancellationToken)
    {
        Dictionary<Digest, IBlobContent> contents = blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Content);
        return new RunPlanContent(run, blob => contents[blob.Digest], options.Concurrency).CheckAsync(cancellationToken);
    }

    // The plan names the archive, so it cannot be written to another disk.
    private async Task<TransferResult> WriteAsync(
        TransferPlan plan, RelocationDestination.Archive to, TransferOptions options, string again, CancellationToken cancellationToken)
    {
        try
        {
            await using ArchiveTarget target = new(to.Path, to.Format, to.VolumeSize, plan, options, places, observer);
            using TransferEngine engine = new(plan, target, options, places, observer);
            return await engine.RunAsync(to, cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.DiskFull)
        {
            throw new AirgapException(e.Code, e.Message, $"Free some space; then {again}.", e)
            {
                Reference = e.Reference,
                Digest = e.Digest,
                Location = e.Location,
            };
        }
    }
}
