using System.Text;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Reporting;
using Airgap.Tool.Output;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>Carries out a plan that was written before: one shard of it, its finish, or all of it.</summary>
/// <param name="context">The run.</param>
/// <param name="runs">The plan's relocations.</param>
/// <param name="shard">The shard; null for none.</param>
/// <param name="count">The number of shards; null if unknown.</param>
/// <param name="finishes">True to finish.</param>
internal sealed class CopyByPlan(CopyContext context, IReadOnlyList<RunPlan> runs, Shard? shard, int? count, bool finishes)
{
    private readonly Running.Session _session = context.Session;

    /// <summary>Carries it out.</summary>
    /// <param name="done">Receives what was finished.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(List<TransferResult> done, CancellationToken cancellationToken)
    {
        bool isWhole = shard is null && !finishes;
        if (shard is not null || isWhole)
            await SendAsync(shard ?? new Shard(1, 1), cancellationToken);
        if (finishes || isWhole)
            await FinishAsync(isWhole, done, cancellationToken);
        return 0;
    }

    private async Task SendAsync(Shard part, CancellationToken cancellationToken)
    {
        ShardAssignment assignment = ShardAssignment.Of([.. runs.Select(run => run.Plan)], part.Count);
        List<TransferResult> sent = [];
        for (int i = 0; i < runs.Count; i++)
        {
            // A process alone writes the archive itself when it finishes.
            if (shard is null && runs[i].Destination is RelocationDestination.Archive)
                continue;
            int place = i;
            sent.Add(await AnnouncedAsync(runs[i], runner => runner.RunAsync(
                runs[place], part, blob => assignment.ShardOf(place, blob) == part.Number, context.TransferOptions, cancellationToken),
                cancellationToken));
        }

        if (shard is null)
            return;
        WorkTotals totals = WorkTotals.Of(sent);
        _session.Report.Shard = part.ToString();
        _session.Report.Totals = totals;
        _session.Report.Retries = sent.Sum(result => result.Retries);
        _session.Report.ElapsedSeconds = Math.Round(sent.Sum(result => result.Elapsed.TotalSeconds), 3);
        // A shard's archive lists all images, but contains only some blobs: alone it completes none.
        TransferResult[] put = [.. sent.Where(result => result.Destination is RelocationDestination.Repository)];
        _session.Report.Items = [.. put.SelectMany(result => result.Items).Select(ReportImage.Of)];
        string[] words =
        [
            .. CopyResultText.Parts(totals).DefaultIfEmpty("no blobs"),
            .. put.Length == 0 ? [] : new[] { $"{Amounts.Count(_session.Report.Items.Count, "image")} whole by it" },
        ];
        _session.WriteResult(
            $"shard {part}: {string.Join(", ", words)}, in {TimeText.Format(TimeSpan.FromSeconds(_session.Report.ElapsedSeconds.Value))}");
    }

    private async Task FinishAsync(bool isWhole, List<TransferResult> done, CancellationToken cancellationToken)
    {
        ShardAssignment? assignment = count is { } known ? ShardAssignment.Of([.. runs.Select(run => run.Plan)], known) : null;
        Func<Digest, Shard>? ShardOf(int place) =>
            assignment is null ? null : blob => new Shard(assignment.ShardOf(place, blob), count!.Value);
        if (!isWhole && runs.Count > 1)
            await LookAsync(ShardOf, cancellationToken);
        for (int i = 0; i < runs.Count; i++)
        {
            int place = i;
            done.Add(await AnnouncedAsync(
                runs[i], runner => isWhole && runs[place].Destination is RelocationDestination.Archive
                    ? runner.WriteWholeAsync(runs[place], context.TransferOptions, cancellationToken)
                    : runner.FinishAsync(runs[place], isWhole ? 1 : count, ShardOf(place), context.TransferOptions, cancellationToken),
                cancellationToken));
        }

        await CompleteAsync(done, cancellationToken);
    }

    // Before the first of several is visible: otherwise some would be tagged, and others not. Everything to run again is reported at once.
    private async Task LookAsync(Func<int, Func<Digest, Shard>?> shardOf, CancellationToken cancellationToken)
    {
        List<AirgapException> missing = [];
        for (int i = 0; i < runs.Count; i++)
        {
            using ConsoleObserver observer = new(_session, runs[i].Destination is RelocationDestination.Archive, likeImgpkg: false);
            try
            {
                await new ShardRunner(context.Registry, observer).LookAsync(
                    runs[i], count, shardOf(i), context.TransferOptions, cancellationToken);
            }
            catch (AirgapException e) when (e.Code == ErrorCode.ShardsMissing)
            {
                missing.Add(e);
            }
        }

        if (missing.Count == 0)
            return;
        foreach (AirgapException other in missing.SkipLast(1))
            _session.Fail(other.ToDiagnostic());
        throw missing[^1];
    }

    private async Task CompleteAsync(List<TransferResult> done, CancellationToken cancellationToken)
    {
        // The plan's verdicts are not reported as this run's: it verified nothing, and a changed plan may contain changed verdicts.
        foreach (Diagnostic warning in done.SelectMany(result => result.Warnings))
            _session.Warn(warning);
        foreach (TransferResult result in done)
            CopyResultText.Fill(_session.Report, result);
        await context.ReportAsync(done, cancellationToken);
        if (context.Request.LockOutput is { } lockOutput)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(done[0])), AtomicFile.OwnerOnly, cancellationToken);
            (_session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        foreach (TransferResult result in done)
            await context.SignAsync(result, cancellationToken);
        await context.WriteReceiptAsync(done, cancellationToken);
        foreach (string line in done.SelectMany(CopyResultText.Lines))
            _session.WriteResult(line);
        foreach (RelocationDestination.Archive archive in finishes
            ? runs.Select(run => run.Destination).OfType<RelocationDestination.Archive>() : [])
            _session.WriteResult($"The archives of its shards, {archive.Path}.shard-*, are no longer needed and may be deleted.");
    }

    // Shards announce themselves beside one another; what removes content waits for all of them.
    private async Task<TransferResult> AnnouncedAsync(
        RunPlan run, Func<ShardRunner, Task<TransferResult>> work, CancellationToken cancellationToken)
    {
        using ConsoleObserver observer = new(_session, run.Destination is RelocationDestination.Archive, likeImgpkg: false);
        using IDisposable? announced =
            await DestinationLock.OfUser(Timeout.InfiniteTimeSpan).EnterAsync(run.Destination, observer, cancellationToken);
        return await work(new ShardRunner(context.Registry, observer));
    }
}
