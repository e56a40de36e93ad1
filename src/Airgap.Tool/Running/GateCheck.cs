using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Running;

/// <summary>Runs the gate before anything moves, and shows its output.</summary>
internal static class GateCheck
{
    /// <summary>Runs the gate with the plan.</summary>
    /// <returns>False when it refuses, which has been reported.</returns>
    public static async Task<bool> PassesAsync(
        Gate gate, PlanDocument plan, Func<string, Task> fill, Session session, CancellationToken cancellationToken)
    {
        string? phase = session.Phase;
        session.Phase = "asking the gate";
        GateReport report = await gate.AskAsync(plan, fill, cancellationToken);
        session.Report.Gate = report;
        if (report.ExitCode != 0)
            session.Fail(Gate.Refusal(report));
        session.Phase = phase;
        return report.ExitCode == 0;
    }

    /// <summary>Writes the content of a plan to a folder, as an OCI layout.</summary>
    public static async Task FillAsync(Relocator relocator, TransferPlan plan, string folder, CancellationToken cancellationToken) =>
        await relocator.RunAsync(
            plan, new RelocationDestination.Archive(folder)
            {
                Format = ArchiveFormat.LayoutFolder
            }, new TransferOptions(), cancellationToken);
}
