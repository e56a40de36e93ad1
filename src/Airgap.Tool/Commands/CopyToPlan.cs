using Airgap.Publishing.Sharding;
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
        if (!await approval.IsTrustedAsync(admission: null, cancellationToken)
            || !await approval.PassesGateAsync(context.TransferOptions, cancellationToken))
            return 1;
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, request.Destination,
            new RunPlanChoices(context.TransferOptions.RepositoryBasedTags, context.PlanOptions.IncludeNonDistributableLayers)
            {
                Signatures = session.Report.Signatures is { } signed ? [.. signed.Select(PlannedSignatures.Of)] : null
            },
            source.DerivedManifests, cancellationToken);
        RunPlanDocument document = new()
        {
            Schema = SchemaLinks.Of(RunPlanDocument.SchemaName),
            Tool = session.Identity.Version,
            Shards = shards,
            Relocations = [entry]
        };
        await RunPlanFile.WriteAsync(file, document, cancellationToken);
        (session.Report.Files ??= []).Add(new ReportFile(file, "plan"));
        session.Report.Summary = RunPlanText.Amount([plan]);
        session.WriteResult(file);
        session.WriteResult($"plan: {session.Report.Summary}{RunPlanText.Shares([plan], shards)}; nothing was moved");
        return 0;
    }
}
