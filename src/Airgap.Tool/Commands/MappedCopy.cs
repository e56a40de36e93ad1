using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Trusting;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;

namespace Airgap.Tool.Commands;

/// <summary>
/// Copies several items of an archive, or the parts of a plan that a template divides, each to its own repository. It
/// makes every plan and verifies every signature before anything moves.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="session">Receives messages and results.</param>
internal sealed class MappedCopy(IRegistry registry, Session session) : IDisposable
{
    private readonly List<(TransferPlan Plan, RelocationDestination Destination)> _plans = [];
    private readonly List<IDisposable> _announced = [];

    /// <summary>True for a dry run.</summary>
    public bool IsDry { get; init; }

    private TransferPlan? _divided;

    /// <summary>
    /// Makes the plan, verifies its signatures, and divides it by a template. The root's part comes first, so that the
    /// registry can mount its content into the other repositories.
    /// </summary>
    /// <returns>False when a signature is missing or invalid, which has been reported.</returns>
    public async Task<bool> PlanAsync(
        SelectedSource source, CopyTemplate template, PlanOptions options, TrustRule? rule, Task<SignedBy>? admission,
        CancellationToken cancellationToken)
    {
        TransferPlan plan = _divided = await source.PlanAsync(options, cancellationToken);
        session.Report.Derived = source.Derived;
        TransferPlan toVerify = rule is null ? plan : await source.ToVerifyAsync(plan, cancellationToken);
        if (!await TrustCheck.PassesAsync(toVerify, registry, rule, session, admission, cancellationToken))
            return false;
        _plans.AddRange(RepositoryPlans.Of(plan, template.Template, template.Base)
            .Select(part => (part.Plan, (RelocationDestination)part.Destination)));
        using ConsoleObserver observer = new(session, toArchive: false, likeImgpkg: false);
        foreach ((_, RelocationDestination destination) in _plans)
            await AnnounceAsync(destination, observer, cancellationToken);
        return true;
    }

    /// <summary>Makes the plans.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="map">The items and their repositories.</param>
    /// <param name="optionsOf">The plan's options for a destination.</param>
    /// <param name="rule">Who must have signed; null if no signature is required.</param>
    /// <param name="admission">The verification of the archive's signature; null if it is not verified.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>False when a signature is missing or invalid, which has been reported.</returns>
    public async Task<bool> PlanAsync(
        RelocationSource.Archive archive, IReadOnlyList<ArchiveMapEntry> map, Func<RelocationDestination.Repository, PlanOptions> optionsOf,
        TrustRule? rule, Task<SignedBy>? admission, CancellationToken cancellationToken)
    {
        bool passes = true;
        foreach (ArchiveMapEntry entry in map)
        {
            RelocationDestination.Repository destination = new(entry.Destination);
            using ConsoleObserver observer = new(session, toArchive: false, likeImgpkg: false);
            await AnnounceAsync(destination, observer, cancellationToken);
            TransferPlan plan = await new Relocator(registry, observer).PlanAsync(
                archive with { Item = entry.Item }, optionsOf(destination), cancellationToken);
            TagConflicts.Check(plan, destination);
            passes &= await TrustCheck.PassesAsync(plan, registry, rule, session, admission, cancellationToken);
            _plans.Add((plan, destination));
        }

        return passes;
    }

    /// <summary>Determines what would move.</summary>
    public async Task<PlanDocument> ForecastAsync(TransferOptions options, CancellationToken cancellationToken)
    {
        List<ForecastItem> items = [];
        foreach ((TransferPlan plan, RelocationDestination destination) in _plans)
            items.Add(new ForecastItem(
                CopyContext.KindOf(plan.Source), plan.Source.ToString()!,
                await new Relocator(registry).ForecastAsync(plan, destination, Mounting(options), cancellationToken))
            {
                // Omitted images are omitted from all parts; they are reported once.
                Derived = items.Count == 0 ? session.Report.Derived : null,
            });
        return PlanWriter.Create(items, _plans.SelectMany(planned => planned.Plan.Warnings));
    }

    /// <summary>Fills a folder with the content of all.</summary>
    public async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        foreach ((TransferPlan plan, _) in _plans)
            await GateCheck.FillAsync(new Relocator(registry), plan, folder, cancellationToken);
    }

    /// <summary>
    /// Copies one after the other, and reports the result. The lock is written when everything has arrived.
    /// </summary>
    /// <returns>The results, up to the first incomplete one.</returns>
    public async Task<IReadOnlyList<TransferResult>> RunAsync(
        TransferOptions options, string? lockOutput, CancellationToken cancellationToken)
    {
        List<TransferResult> results = [];
        foreach ((TransferPlan plan, RelocationDestination destination) in _plans)
        {
            using ConsoleObserver observer = new(session, toArchive: false, likeImgpkg: false);
            TransferResult result = await new Relocator(registry, observer).RunAsync(
                plan, destination, Mounting(options), cancellationToken);
            results.Add(result);
            foreach (Diagnostic warning in result.Warnings)
                session.Warn(warning);
            if (!result.IsComplete)
                break;
            foreach (string line in CopyResultText.Lines(result))
                session.WriteResult(line);
        }

        CopyResultText.Fill(session.Report, results);
        session.Report.Reference = _divided is not null && results[^1].IsComplete ? CopyResultText.Reference(results[0]) : null;
        if (_divided is not null && lockOutput is not null && results[^1].IsComplete)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(_divided, results)), AtomicFile.OwnerOnly, cancellationToken);
            (session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable announced in _announced)
            announced.Dispose();
    }

    private async Task AnnounceAsync(RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken)
    {
        if (!IsDry && await DestinationLock.OfUser(Timeout.InfiniteTimeSpan)
            .EnterAsync(destination, observer, cancellationToken) is { } announced)
            _announced.Add(announced);
    }

    private TransferOptions Mounting(TransferOptions options) =>
        _divided is not null && _plans[0].Destination is RelocationDestination.Repository { Name: var first }
        ? options with { MountFrom = [.. options.MountFrom, first] }
        : options;
}
