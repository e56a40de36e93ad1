using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Tool.Commands;

/// <summary>
/// Writes the plan that several processes carry out, after signatures were verified and the gate approved.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="file">The plan's file.</param>
/// <param name="shards">The number of processes; null if each states it.</param>
internal sealed class CopyToPlan(CopyContext context, string file, int? shards)
{
    /// <summary>Writes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Session session = context.Session;
        CopyRequest request = context.Request;
        using ConsoleObserver observer = new(session, request.Destination is RelocationDestination.Archive, likeImgpkg: false);
        Relocator relocator = new(context.Registry, observer);
        using SelectedSource source = await context.SelectAsync(observer, cancellationToken);
        TransferPlan plan = await source.PlanAsync(context.WholePlanOptions, cancellationToken);
        session.Report.Derived = source.Derived;
        CopyApproval approval = new(context, relocator, source, plan);
        if (!await approval.IsTrustedAsync(cancellationToken)
            || !await approval.PassesGateAsync(context.TransferOptions, cancellationToken))
            return 1;
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, request.Destination,
            new RunPlanChoices(context.TransferOptions.RepositoryBasedTags, context.PlanOptions.IncludeNonDistributableLayers)
            {
                Signatures = session.Report.Signatures is { } signed ? [.. signed.Select(PlannedSignatures.Of)] : null
            },
            source.DerivedManifests, cancellationToken);
        RunPlanDocument document = new() { Tool = session.Identity.Version, Shards = shards, Relocations = [entry] };
        await RunPlanFile.WriteAsync(file, document, cancellationToken);
        (session.Report.Files ??= []).Add(new ReportFile(file, "plan"));
        session.Report.Summary = $"{Amounts.Count(plan.Items.Length, "image")}, {Amounts.Count(plan.Blobs.Length, "blob")} " +
            $"({ByteSize.Format(plan.TotalBytes)})";
        session.WriteResult(file);
        session.WriteResult($"plan: {session.Report.Summary}{Shares(plan)}; nothing was moved");
        return 0;
    }

    private string Shares(TransferPlan plan)
    {
        if (shards is not { } count)
            return "";
        long[] bytes = new long[count];
        ShardAssignment assignment = ShardAssignment.Of([plan], count);
        foreach (PlannedBlob blob in plan.Blobs)
            bytes[assignment.ShardOf(0, blob.Descriptor.Digest) - 1] += blob.Descriptor.Size;
        return $", {count} shards of {ByteSize.Format(bytes.Min())} to {ByteSize.Format(bytes.Max())}";
    }
}
