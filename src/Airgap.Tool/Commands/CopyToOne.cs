using System.Text;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;

namespace Airgap.Tool.Commands;

/// <summary>Copies to one repository or archive.</summary>
internal sealed class CopyToOne(CopyContext context)
{
    private readonly CopyRequest _request = context.Request;
    private readonly Session _session = context.Session;

    /// <summary>Copies, or shows what would be copied.</summary>
    /// <param name="results">Receives the results.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(List<TransferResult> results, CancellationToken cancellationToken)
    {
        if (_session.IsDry)
            return await PlanAsync(cancellationToken) ? 0 : 1;
        if (await TransferAsync(cancellationToken) is not { } result)
            return 1;
        results.Add(result);
        foreach (Diagnostic warning in result.Warnings)
            _session.Warn(warning);
        CopyResultText.Fill(_session.Report, result);
        if (!result.IsComplete)
        {
            await context.ReportAsync([result], cancellationToken);
            return context.Fail(result);
        }

        if (_request.LockOutput is { } lockOutput)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(result)), AtomicFile.OwnerOnly, cancellationToken);
            (_session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        await context.SignAsync(result, cancellationToken);
        await context.WriteReceiptAsync([result], cancellationToken);
        // Last, so that it states a failure of the steps before.
        await context.ReportAsync([result], cancellationToken);
        Report(result);
        return 0;
    }

    private void Report(TransferResult result)
    {
        if (_session.Report.Derived is { } derived)
            _session.WriteResult(derived.ToString());
        foreach (string line in CopyResultText.Lines(result))
            _session.WriteResult(line);
        // Under its own name, the tool has already shown its own warnings, with codes.
        if (_session.SpeaksAsImgpkg)
        {
            foreach (string line in ImgpkgLines.Warnings(result))
                _session.WriteLine(line);
        }

        foreach (string line in ImgpkgLines.Finished())
            _session.WriteLine(line);
    }

    // Null when a signature is missing or invalid: nothing has moved then.
    private async Task<TransferResult?> TransferAsync(CancellationToken cancellationToken)
    {
        Task<SignedBy>? admission = context.Admit(cancellationToken);
        using ConsoleObserver observer = new(_session, _request.Destination is RelocationDestination.Archive, likeImgpkg: true);
        Relocator relocator = new(context.Registry, observer);
        // Entered before planning, which checks the destination's content.
        using IDisposable? announced =
            await DestinationLock.OfUser(Timeout.InfiniteTimeSpan).EnterAsync(_request.Destination, observer, cancellationToken);
        using SelectedSource source = await context.SelectAsync(observer, cancellationToken);
        await using UploadsAhead? ahead = context.OpenAhead();
        TransferPlan plan = await source.PlanAsync(context.PlanOptions with { UploadsAhead = ahead }, cancellationToken);
        _session.Report.Derived = source.Derived;
        CopyApproval approval = new(context, relocator, source, plan);
        if (!await approval.IsTrustedAsync(admission, cancellationToken))
            return null;
        TransferOptions options = context.TransferOptions with { Admission = admission, HashesArchive = context.Key is not null };
        if (context.Gate is not null)
            await CopySigning.ReportAsync(admission, _session);
        if (!await approval.PassesGateAsync(options, cancellationToken))
            return null;
        TransferResult result = await relocator.RunAsync(plan, _request.Destination, options, cancellationToken);
        await CopySigning.ReportAsync(admission, _session);
        return result;
    }

    private async Task<bool> PlanAsync(CancellationToken cancellationToken)
    {
        using ConsoleObserver observer = new(_session, _request.Destination is RelocationDestination.Archive, likeImgpkg: false);
        Relocator relocator = new(context.Registry, observer);
        Task<SignedBy>? admission = context.Admit(cancellationToken);
        await CopySigning.ReportAsync(admission, _session);
        PlanOptions options = context.WholePlanOptions;
        using SelectedSource source = await context.SelectAsync(observer, cancellationToken);
        TransferPlan plan = await source.PlanAsync(options, cancellationToken);
        CopyApproval approval = new(context, relocator, source, plan);
        if (!await approval.IsTrustedAsync(admission, cancellationToken))
            return false;
        TransferForecast forecast =
            await relocator.ForecastAsync(
                plan, _request.Destination, context.TransferOptions with { Admission = admission }, cancellationToken);
        await context.ShowAsync(approval.DocumentOf(forecast), cancellationToken);
        return true;
    }
}
