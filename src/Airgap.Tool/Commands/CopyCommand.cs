using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Publishing.Trusting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Tool.Commands;

/// <summary><c>copy</c>: a bundle, image, lock or archive to a repository or archive.</summary>
internal sealed class CopyCommand
{
    private readonly CopyFlags _flags = new();
    private readonly CopySigning _signing = new();
    private readonly GateFlags _gate = new();
    private readonly TrustFlags _trust = new();
    private readonly DryRunFlags _dry = new();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "copy",
            "Copies a bundle, image, lock or archive to a repository or archive. Digests stay the same, and every image ends up in " +
            "that one repository, and with a template also in the repositories it names.",
            ("From registry to registry",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-repo final-registry.corp.com/apps/simple-app-bundle"),
            ("To an archive", "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-tar simple-app-bundle.tar"),
            ("From an archive",
                "copy --tar simple-app-bundle.tar --to-repo final-registry.corp.com/apps/simple-app-bundle --lock-output bundle.lock.yml"),
            ("Signed, and verified on the other side",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-tar simple-app-bundle.tar --sign-key cosign.key"),
            ("What is new since an earlier archive",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.1.0 --to-tar new.tar --base simple-app-bundle.tar"),
            ("Selected packages, for one platform",
                "copy -b index.docker.io/user1/simple-repository:v1.0.0 --package 'simple-app.corp.com@>=1.0.0 latest:2' --platform " +
                "linux/amd64 --to-tar some.tar"),
            ("Two bundles to one file, shared layers stored once",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 -b index.docker.io/user1/other-bundle:v2.0.0 --to-oci-tar " +
                "bundles.oci.tar"),
            ("From a delta and the archive it builds on",
                "copy --tar simple-app-bundle.tar --tar new.tar --to-repo final-registry.corp.com/apps/simple-app-bundle"),
            ("Two bundles of a layout, each to its own repository",
                "copy --oci-tar bundles.oci.tar --map app-bundle=final-registry.corp.com/apps/app-bundle --map " +
                "base-bundle=final-registry.corp.com/base/base-bundle"),
            ("Each image under the path of its source",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-repo final-registry.corp.com/apps --repo-template " +
                "'{registry}/{prefix}/{source.repository}'"),
            ("To an OCI layout that skopeo, podman and containerd read",
                "copy --tar simple-app-bundle.tar --to-oci-tar simple-app-bundle.oci.tar"));
        CopyCommand copy = new();
        foreach (Option option in copy._flags.All.Concat(copy._dry.All))
            command.Options.Add(option);
        foreach (Option option in copy._signing.All.Concat(copy._gate.All))
            command.Options.Add(option);
        copy._trust.AddTo(command);
        copy._registry.AddTo(command);
        host.Attach(command, copy.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArchiveMapEntry> map = _flags.Map(parsed);
        CopyRequest request = _flags.Read(parsed, map, session);
        session.Report.Source = request.Source.ToString();
        session.Report.Destination = request.Destination.ToString();

        CheckOutputs(parsed, request);
        TrustRule? rule = _trust.Read(parsed);
        using SigningKey? key = _signing.ReadKey(parsed, request.Destination, _flags.Delta.HasReceipt(parsed));
        Gate? gate = _gate.Read(parsed);
        session.IsDry = _dry.IsDry(parsed);
        return await _signing.LogAsync(
            parsed, request, results =>
            RunAsync(parsed, request, new CopyChecks(map, rule, key, gate), results, session, cancellationToken),
                session, cancellationToken);
    }

    // What was read from the command line before the first request.
    private sealed record CopyChecks(IReadOnlyList<ArchiveMapEntry> Map, TrustRule? Rule, SigningKey? Key, Gate? Gate);

    private async Task<int> RunAsync(
        ParseResult parsed, CopyRequest request, CopyChecks checks, List<TransferResult> results, Session session,
        CancellationToken cancellationToken)
    {
        (IReadOnlyList<ArchiveMapEntry> map, TrustRule? rule, SigningKey? key, Gate? gate) = checks;
        bool isDry = session.IsDry;
        await _signing.VerifyBasesAsync(parsed, _flags.Delta.BaseNames(parsed), [], cancellationToken);
        using RegistryClient registry = _registry.Connect(parsed, session.Trace);
        if (map.Count > 0 || request.Template is not null)
            return await CopyMappedAsync(parsed, request, checks, results, session, registry, cancellationToken);
        if (isDry)
        {
            return await PlanAsync(parsed, request, rule, session, registry, cancellationToken) ? 0 : 1;
        }

        if (await TransferAsync(parsed, request, checks, session, registry, cancellationToken) is not { } result)
            return 1;
        results.Add(result);
        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        CopyResultText.Fill(session.Report, result);
        await ReportAsync(parsed, [result], registry, session, cancellationToken);
        if (!result.IsComplete)
            return Fail(result, session);
        if (request.LockOutput is { } lockOutput)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(result)), AtomicFile.OwnerOnly, cancellationToken);
            (session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        await _signing.SignAsync(parsed, key, result, registry, session, cancellationToken);
        string? receipt = await _flags.Delta.WriteReceiptAsync(parsed, [result], session, cancellationToken);
        await _signing.SignReceiptAsync(parsed, key, receipt, [result], session, cancellationToken);
        if (session.Report.Derived is { } derived)
            session.WriteResult(derived.ToString());
        foreach (string line in CopyResultText.Lines(result))
            session.WriteResult(line);
        // Under its own name, the tool has already shown its own warnings, with codes.
        if (session.SpeaksAsImgpkg)
        {
            foreach (string line in ImgpkgLines.Warnings(result))
                session.WriteLine(line);
        }

        foreach (string line in ImgpkgLines.Finished())
            session.WriteLine(line);
        return 0;
    }

    private async Task<int> CopyMappedAsync(
        ParseResult parsed, CopyRequest request, CopyChecks checks, List<TransferResult> done, Session session, RegistryClient registry,
        CancellationToken cancellationToken)
    {
        (IReadOnlyList<ArchiveMapEntry> map, TrustRule? rule, SigningKey? key, Gate? gate) = checks;
        bool isDry = session.IsDry;
        Task<SignedBy>? admission = _signing.Admit(parsed, request.Source, cancellationToken);
        using MappedCopy copy = new(registry, session) { IsDry = isDry };
        Func<RelocationDestination.Repository, PlanOptions> optionsOf = to =>
            _flags.PlanOptions(parsed, request with { Destination = to }, session) with
            {
                KeepGoing = !isDry && _flags.KeepsGoing(parsed)
            };
        using ConsoleObserver? observer = request.Template is null ? null : new(session, toArchive: false, likeImgpkg: false);
        using SelectedSource? source = observer is null
            ? null : await SelectAsync(parsed, request, session, registry, observer, cancellationToken);
        bool passes = source is null
            ? await copy.PlanAsync((RelocationSource.Archive)request.Source, map, optionsOf, rule, cancellationToken)
            : await copy.PlanAsync(source, request.Template!, _flags.PlanOptions(parsed, request, session) with { KeepGoing = false },
                rule, cancellationToken);
        if (!passes)
            return 1;
        if (isDry)
        {
            await CopySigning.TellAsync(admission, session);
            await _dry.ShowAsync(parsed, await copy.ForecastAsync(_flags.TransferOptions(parsed), cancellationToken),
                session, cancellationToken);
            return 0;
        }

        if (gate is not null)
            await CopySigning.TellAsync(admission, session);
        if (gate is not null && !await GateCheck.PassesAsync(
            gate, await copy.ForecastAsync(_flags.TransferOptions(parsed), cancellationToken),
            folder => copy.FillAsync(folder, cancellationToken), session, cancellationToken))
            return 1;
        IReadOnlyList<TransferResult> results =
            await copy.RunAsync(_flags.TransferOptions(parsed) with { Admission = admission }, request.LockOutput, cancellationToken);
        done.AddRange(results);
        await CopySigning.TellAsync(admission, session);
        foreach (TransferResult result in results.Where(result => result.IsComplete))
            await _signing.SignAsync(parsed, key, result, registry, session, cancellationToken);
        await ReportAsync(parsed, results, registry, session, cancellationToken);
        if (!results[^1].IsComplete)
            return Fail(results[^1], session);
        string? receipt = await _flags.Delta.WriteReceiptAsync(parsed, results, session, cancellationToken);
        await _signing.SignReceiptAsync(parsed, key, receipt, results, session, cancellationToken);
        return 0;
    }

    // Checked before the first request, so that a file that cannot be written is reported now, not at the end.
    private void CheckOutputs(ParseResult parsed, CopyRequest request)
    {
        if (request.Destination is RelocationDestination.Archive archive)
            _ = archive.Format == ArchiveFormat.LayoutFolder ? OutputCheck.OfFolder(archive.Path) : OutputCheck.OfArchive(archive.Path);
        string? summary = _flags.Summary(parsed);
        OutputCheck.OfFiles(request.LockOutput, _flags.Report(parsed), summary is null || SummaryTarget.IsOff(summary) ? null : summary);
        _dry.Check(parsed);
        _flags.Delta.Check(parsed, request);
    }

    private static int Fail(TransferResult result, Session session)
    {
        foreach (Diagnostic failure in IncompleteRelocation.Describe(result, location: null))
            session.Fail(failure);
        return 1;
    }

    private async Task ReportAsync(
        ParseResult parsed, IReadOnlyList<TransferResult> results, RegistryClient registry, Session session,
        CancellationToken cancellationToken)
    {
        // Under imgpkg's name, the tool writes only what imgpkg would write.
        ReportRequest report = new(_flags.Report(parsed), _flags.Summary(parsed), Detects: !session.Identity.IsImgpkg);
        if (!report.IsWanted)
            return;
        ReportBuilder builder = new();
        foreach (TransferResult result in results)
        {
            builder.Add(result);
            builder.AddWarnings(result.Warnings);
            if (!result.IsComplete)
                builder.AddFailures(IncompleteRelocation.Describe(result, location: null));
        }

        builder.Add(session.Report.Derived);
        builder.AddSignatures(session.Report.Signatures ?? []);
        await report.WriteAsync(builder.Build(retries: registry.Statistics.Retries), session, cancellationToken);
    }

    // Null when a signature is missing or invalid: nothing has moved then.
    private async Task<TransferResult?> TransferAsync(
        ParseResult parsed, CopyRequest request, CopyChecks checks, Session session, IRegistry registry,
        CancellationToken cancellationToken)
    {
        (_, TrustRule? rule, SigningKey? key, Gate? gate) = checks;
        Task<SignedBy>? admission = _signing.Admit(parsed, request.Source, cancellationToken);
        using ConsoleObserver observer = new(session, request.Destination is RelocationDestination.Archive, likeImgpkg: true);
        Relocator relocator = new(registry, observer);
        // Shown during planning as well, which asks what the destination has.
        using IDisposable? announced =
            await DestinationLock.OfUser(Timeout.InfiniteTimeSpan).EnterAsync(request.Destination, observer, cancellationToken);
        using SelectedSource source = await SelectAsync(parsed, request, session, registry, observer, cancellationToken);
        TransferPlan plan = await source.PlanAsync(_flags.PlanOptions(parsed, request, session), cancellationToken);
        session.Report.Derived = source.Derived;
        if (!await TrustCheck.PassesAsync(
            rule is null ? plan : await source.JudgedAsync(plan, cancellationToken), registry, rule, session, cancellationToken))
            return null;
        TransferOptions options = _flags.TransferOptions(parsed) with { Admission = admission, HashesArchive = key is not null };
        if (gate is not null)
        {
            await CopySigning.TellAsync(admission, session);
            PlanDocument document = PlanDocumentOf(
                request, await relocator.ForecastAsync(plan, request.Destination, options, cancellationToken), source, plan);
            if (!await GateCheck.PassesAsync(
                gate, document, folder => GateCheck.FillAsync(relocator, plan, folder, cancellationToken), session, cancellationToken))
                return null;
        }

        TransferResult result = await relocator.RunAsync(plan, request.Destination, options, cancellationToken);
        await CopySigning.TellAsync(admission, session);
        return result;
    }

    private async Task<bool> PlanAsync(
        ParseResult parsed, CopyRequest request, TrustRule? rule, Session session, IRegistry registry, CancellationToken cancellationToken)
    {
        using ConsoleObserver observer = new(session, request.Destination is RelocationDestination.Archive, likeImgpkg: false);
        Relocator relocator = new(registry, observer);
        await CopySigning.TellAsync(_signing.Admit(parsed, request.Source, cancellationToken), session);
        // A plan without the content that cannot be read would be incomplete.
        PlanOptions options = _flags.PlanOptions(parsed, request, session) with { KeepGoing = false };
        using SelectedSource source = await SelectAsync(parsed, request, session, registry, observer, cancellationToken);
        TransferPlan plan = await source.PlanAsync(options, cancellationToken);
        if (!await TrustCheck.PassesAsync(
            rule is null ? plan : await source.JudgedAsync(plan, cancellationToken), registry, rule, session, cancellationToken))
            return false;
        TransferForecast forecast =
            await relocator.ForecastAsync(plan, request.Destination, _flags.TransferOptions(parsed), cancellationToken);
        PlanDocument document = PlanDocumentOf(request, forecast, source, plan);
        await _dry.ShowAsync(parsed, document, session, cancellationToken);
        return true;
    }

    private static PlanDocument PlanDocumentOf(CopyRequest request, TransferForecast forecast, SelectedSource source, TransferPlan plan) =>
        PlanWriter.Create(
            [new ForecastItem(request.Source is RelocationSource.Several ? "archive" : request.Source.GetType().Name.ToLowerInvariant(),
                request.Source.ToString()!, forecast) { Derived = source.Derived }], plan.Warnings);

    private Task<SelectedSource> SelectAsync(
        ParseResult parsed, CopyRequest request, Session session, IRegistry registry, ConsoleObserver observer,
        CancellationToken cancellationToken) =>
        SelectedSource.CreateAsync(
            request.Source, request.Destination, request.Selection, registry, observer, _flags.Concurrency(parsed),
            session, cancellationToken);
}
