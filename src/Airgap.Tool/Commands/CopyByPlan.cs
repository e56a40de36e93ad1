using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Sharding;
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

    private readonly PlanCarrier _carrier = new(
        context.Registry, runs, context.TransferOptions with { HashesArchive = context.Key is not null },
        run => new ConsoleObserver(context.Session, run.Destination is RelocationDestination.Archive, likeImgpkg: false));

    /// <summary>Carries it out.</summary>
    /// <param name="done">Receives what was finished.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(List<TransferResult> done, CancellationToken cancellationToken)
    {
        bool isWhole = shard is null && !finishes;
        if (shard is null)
            context.ReportFailure(done);
        if (shard is null && MergedRelocations.FindArchiveOfSeveral(runs) is { } shared)
            throw new AirgapException(
                ErrorCode.PlanNotShared, $"Several items of the plan share the archive '{shared}', which names their project.",
                "Finish it with the project that the plan was made from.")
            { Location = new SourceLocation(shared) };
        if (shard is not null || isWhole)
            await SendAsync(shard ?? new Shard(1, 1), cancellationToken);
        if (finishes || isWhole)
            await FinishAsync(isWhole, done, cancellationToken);
        return 0;
    }

    private async Task SendAsync(Shard part, CancellationToken cancellationToken)
    {
        // A process alone writes the archive itself when it finishes.
        IReadOnlyList<TransferResult> sent = await _carrier.SendAsync(part, withArchives: shard is not null, cancellationToken);
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
            .. put.Length == 0 ? [] : new[] { $"{CountText.Count(_session.Report.Items.Count, "image")} completed" },
        ];
        _session.WriteResult(
            $"shard {part}: {string.Join(", ", words)}, in {TimeText.Format(TimeSpan.FromSeconds(_session.Report.ElapsedSeconds.Value))}");
    }

    private async Task FinishAsync(bool isWhole, List<TransferResult> done, CancellationToken cancellationToken)
    {
        bool looks = !isWhole && runs.Count > 1;
        if (looks)
            await _carrier.LookAsync(count, _session.Fail, cancellationToken);
        foreach (RunPlan run in runs)
            done.Add(await _carrier.FinishAsync(run, count, isWhole, looks, cancellationToken));
        await CompleteAsync(done, cancellationToken);
    }

    private async Task CompleteAsync(List<TransferResult> done, CancellationToken cancellationToken)
    {
        // The plan's verdicts are not reported as this run's: it verified nothing, and a changed plan may contain changed verdicts.
        foreach (Diagnostic warning in done.SelectMany(result => result.Warnings))
            _session.Warn(warning);
        CopyResultText.Fill(_session.Report, done);
        if (context.Request.LockOutput is { } lockOutput)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(done[0])), AtomicFile.OwnerOnly, cancellationToken);
            (_session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        foreach (TransferResult result in done)
            await context.SignAsync(result, cancellationToken);
        await context.WriteReceiptAsync(done, cancellationToken);
        // Last, so that it states a failure of the steps before.
        await context.ReportAsync(done, cancellationToken);
        foreach (string line in done.SelectMany(CopyResultText.Lines))
            _session.WriteResult(line);
        foreach (RelocationDestination.Archive archive in finishes
            ? runs.Select(run => run.Destination).OfType<RelocationDestination.Archive>() : [])
            _session.WriteResult(
                $"The archives of its shards, {ShardArchives.AllOf(archive.Path)}, are no longer needed and may be deleted.");
    }
}
