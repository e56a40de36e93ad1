using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Trusting;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>Copies several items of one archive, each to its own repository. Every plan is made, and every signature judged, before anything moves.</summary>
/// <param name="registry">The registries.</param>
/// <param name="session">Takes what is told.</param>
internal sealed class MappedCopy(IRegistry registry, Session session)
{
    private readonly List<(TransferPlan Plan, RelocationDestination Destination)> _plans = [];

    /// <summary>Makes the plans.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="map">What goes where.</param>
    /// <param name="optionsOf">The plan's options for a destination.</param>
    /// <param name="rule">Who has to have signed; null for nobody.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False when a signature is missing or wrong, which was told.</returns>
    public async Task<bool> PlanAsync(
        RelocationSource.Archive archive, IReadOnlyList<ArchiveMapEntry> map, Func<RelocationDestination.Repository, PlanOptions> optionsOf, TrustRule? rule, CancellationToken cancellationToken)
    {
        bool passes = true;
        foreach (ArchiveMapEntry entry in map)
        {
            RelocationDestination.Repository destination = new(entry.Destination);
            using ConsoleObserver observer = new(session, toArchive: false, likeImgpkg: false);
            TransferPlan plan = await new Relocator(registry, observer).PlanAsync(archive with { Item = entry.Item }, optionsOf(destination), cancellationToken).ConfigureAwait(false);
            TagConflicts.Check(plan, destination);
            passes &= await TrustCheck.PassesAsync(plan, registry, rule, session, cancellationToken).ConfigureAwait(false);
            _plans.Add((plan, destination));
        }

        return passes;
    }

    /// <summary>Finds out what would move.</summary>
    public async Task<PlanDocument> ForecastAsync(TransferOptions options, CancellationToken cancellationToken)
    {
        List<ForecastItem> items = [];
        foreach ((TransferPlan plan, RelocationDestination destination) in _plans)
            items.Add(new ForecastItem("archive", plan.Source.ToString()!, await new Relocator(registry).ForecastAsync(plan, destination, options, cancellationToken).ConfigureAwait(false)));
        return PlanWriter.Create(items, _plans.SelectMany(planned => planned.Plan.Warnings));
    }

    /// <summary>Fills a folder with the content of all.</summary>
    public async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        foreach ((TransferPlan plan, _) in _plans)
            await GateCheck.FillAsync(new Relocator(registry), plan, folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies one after the other, and tells what was done.</summary>
    /// <returns>The results, up to the first that is not complete.</returns>
    public async Task<IReadOnlyList<TransferResult>> RunAsync(TransferOptions options, CancellationToken cancellationToken)
    {
        List<TransferResult> results = [];
        foreach ((TransferPlan plan, RelocationDestination destination) in _plans)
        {
            using ConsoleObserver observer = new(session, toArchive: false, likeImgpkg: false);
            TransferResult result = await new Relocator(registry, observer).RunAsync(plan, destination, options, cancellationToken).ConfigureAwait(false);
            results.Add(result);
            foreach (Diagnostic warning in result.Warnings)
                session.Warn(warning);
            if (!result.IsComplete)
                break;
            foreach (string line in CopyResultText.Lines(result))
                session.WriteResult(line);
        }

        CopyResultText.Fill(session.Report, results[^1]);
        session.Report.Reference = null;
        session.Report.Destination = string.Join(", ", results.Select(result => result.Destination.ToString()));
        session.Report.Items = [.. results.SelectMany(result => result.Items).Select(Airgap.Publishing.Reporting.ReportImage.Of)];
        session.Report.Totals = WorkTotals.Of(results);
        return results;
    }
}
