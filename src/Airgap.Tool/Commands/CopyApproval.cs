using Airgap.Publishing.Forecasts;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;

namespace Airgap.Tool.Commands;

/// <summary>Obtains the approvals before anything moves: signatures, then the gate. Reports refusals.</summary>
/// <param name="context">The run.</param>
/// <param name="relocator">Determines what would move.</param>
/// <param name="source">The selected part of the source.</param>
/// <param name="plan">The plan.</param>
internal sealed class CopyApproval(CopyContext context, Relocator relocator, SelectedSource source, TransferPlan plan)
{
    /// <summary>Verifies signatures.</summary>
    /// <param name="admission">The verification of the source archive; null if its signature is not required.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<bool> IsTrustedAsync(Task<SignedBy>? admission, CancellationToken cancellationToken) =>
        await TrustCheck.PassesAsync(
            context.Rule is null ? plan : await source.ToVerifyAsync(plan, cancellationToken), context.Registry, context.Rule,
            context.Session, admission, cancellationToken);

    /// <summary>Runs the gate, if there is one.</summary>
    public async Task<bool> PassesGateAsync(TransferOptions options, CancellationToken cancellationToken) =>
        context.Gate is not { } gate || await GateCheck.PassesAsync(
            gate, DocumentOf(await relocator.ForecastAsync(plan, context.Request.Destination, options, cancellationToken)),
            folder => GateCheck.FillAsync(relocator, plan, folder, cancellationToken), context.Session, cancellationToken);

    /// <summary>The plan's document.</summary>
    public PlanDocument DocumentOf(TransferForecast forecast) => PlanWriter.Create(
        [new ForecastItem(CopyContext.KindOf(context.Request.Source), context.Request.Source.ToString()!, forecast)
            { Derived = source.Derived }],
        forecast.Plan.Warnings);
}
