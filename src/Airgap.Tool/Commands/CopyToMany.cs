using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;

namespace Airgap.Tool.Commands;

/// <summary>Copies by a map or a template, to a repository for each item or image.</summary>
internal sealed class CopyToMany(CopyContext context)
{
    private readonly CopyRequest _request = context.Request;
    private readonly Session _session = context.Session;

    /// <summary>Copies, or shows what would be copied.</summary>
    /// <param name="done">Receives the results.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(List<TransferResult> done, CancellationToken cancellationToken)
    {
        Task<SignedBy>? admission = context.Admit(cancellationToken);
        using MappedCopy copy = new(context.Registry, _session) { IsDry = _session.IsDry };
        using ConsoleObserver? observer = _request.Template is null ? null : new(_session, toArchive: false, likeImgpkg: false);
        using SelectedSource? source = observer is null ? null : await context.SelectAsync(observer, cancellationToken);
        bool passes = source is null
            ? await copy.PlanAsync(
                (RelocationSource.Archive)_request.Source, context.Map, OptionsOf, context.Rule, admission, cancellationToken)
            : await copy.PlanAsync(source, _request.Template!, context.WholePlanOptions, context.Rule, admission, cancellationToken);
        if (!passes)
            return 1;
        if (_session.IsDry)
        {
            await CopySigning.ReportAsync(admission, _session);
            await context.ShowAsync(await copy.ForecastAsync(context.TransferOptions, cancellationToken), cancellationToken);
            return 0;
        }

        if (context.Gate is { } gate)
        {
            await CopySigning.ReportAsync(admission, _session);
            if (!await GateCheck.PassesAsync(
                gate, await copy.ForecastAsync(context.TransferOptions, cancellationToken),
                folder => copy.FillAsync(folder, cancellationToken), _session, cancellationToken))
                return 1;
        }

        IReadOnlyList<TransferResult> results =
            await copy.RunAsync(context.TransferOptions with { Admission = admission }, _request.LockOutput, cancellationToken);
        done.AddRange(results);
        await CopySigning.ReportAsync(admission, _session);
        foreach (TransferResult result in results.Where(result => result.IsComplete))
            await context.SignAsync(result, cancellationToken);
        bool isComplete = results[^1].IsComplete;
        if (isComplete)
            await context.WriteReceiptAsync(results, cancellationToken);
        await context.ReportAsync(results, cancellationToken);
        if (!isComplete)
            return context.Fail(results[^1]);
        return 0;
    }

    private PlanOptions OptionsOf(RelocationDestination.Repository destination) =>
        context.Flags.PlanOptions(context.Parsed, _request with { Destination = destination }, _session) with
        {
            KeepGoing = !_session.IsDry && context.Flags.KeepsGoing(context.Parsed)
        };
}
