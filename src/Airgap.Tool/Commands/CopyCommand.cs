using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
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

namespace Airgap.Tool.Commands;

/// <summary><c>copy</c>: a bundle, image, lock or archive to a repository or archive.</summary>
internal sealed class CopyCommand
{
    /// <summary>The highest concurrency where it adapts and is not set.</summary>
    private const int MostUnlessTold = 16;

    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Bundle to copy, with every image it pins", "-b");
    private readonly Option<string?> _image = Flag.Text("--image", Flag.ReferenceName, "Image or index to copy", "-i");
    private readonly Option<string?> _lock = Flag.Text("--lock", "FILE", "BundleLock or ImagesLock file whose images to copy");
    private readonly Option<string?> _tar = Flag.Text("--tar", "FILE", "Archive to copy out of");
    private readonly Option<string?> _oci = Flag.Text("--oci", "FOLDER", "OCI image layout to copy out of");
    private readonly Option<string?> _ociTar = Flag.Text("--oci-tar", "FILE", "OCI image layout in a tar to copy out of");
    private readonly PartsInFlag _partsIn = new();
    private readonly Option<string?> _toRepository = Flag.Text("--to-repo", "REPOSITORY", "Repository to copy to");
    private readonly Option<string?> _toTar = Flag.Text("--to-tar", "FILE", "Archive to write");
    private readonly Option<string?> _toOci = Flag.Text("--to-oci", "FOLDER", "OCI image layout to write or to add to");
    private readonly Option<string?> _toOciTar = Flag.Text("--to-oci-tar", "FILE", "OCI image layout to write in a tar");
    private readonly Option<string[]> _map = Flag.Repeated("--map", "SOURCE=REPOSITORY", "Copy this item of the archive, with all that belongs to it, to this repository, and leave what is not named");
    private readonly Option<string?> _mapFile = Flag.Text("--map-file", "FILE", "File with a line SOURCE=REPOSITORY for each item to copy");
    private readonly Option<string?> _volumeSize = Flag.Text("--volume-size", "SIZE", "Write the archive in parts of at most so many bytes, such as 4.7GB");
    private readonly Option<string?> _lockOutput = Flag.Text("--lock-output", "FILE", "Lock file to write about the copy in the repository");
    private readonly Option<bool> _resume = Flag.Switch("--resume", "Resume an archive that an earlier run left unfinished");
    private readonly Option<bool> _keepGoing = Flag.Switch("--keep-going", "Copy the other images when one fails");
    private readonly Option<bool> _repair = Flag.Switch("--repair", "Read everything that the repository has, and send again what is missing or damaged");
    private readonly Option<int> _concurrency = Flag.Number("--concurrency", "Blobs transferred at once", 8, 1);
    private readonly Option<bool> _nonDistributable = Flag.Switch(
        "--include-non-distributable-layers", "Copy layers that may not be redistributed, too");

    private readonly Option<bool> _repositoryTags = Flag.Switch("--repo-based-tags", "Tag images by the repository they come from");
    private readonly Option<bool> _ignoreBundleCheck = Flag.Switch(
        "--ignore-bundle-check", "Copy a bundle that is given with -i as an image: it alone, without the images that it pins");

    private readonly Option<bool> _cosign = Flag.Switch("--cosign-signatures", "Copy cosign signatures, too");
    private readonly Option<string?> _artifacts = Flag.OptionalText(
        "--artifacts", string.Join('|', ArtifactChoices.Words), "What is attached to images goes along, too: cosign's .sig, .att and .sbom tags and OCI referrers, of index children, too, or signatures alone", "all");

    private readonly Option<string?> _report = Flag.Text("--report", "FILE", "HTML report of the copy, in one file that loads nothing");
    private readonly Option<string?> _summary = Flag.Text(
        "--summary", "FILE", "Markdown to write about the copy; 'none' for none (default: the job summary of GitHub Actions or Azure Pipelines, where one of them runs)");

    private readonly CopyDeltaFlags _delta = new();
    private readonly TrustFlags _trust = new();
    private readonly SelectionFlags _selection = new();
    private readonly DryRunFlags _dry = new();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "copy",
            "Copies a bundle, image, lock or archive to a repository or archive. Digests stay as they are, and every image ends up in the one repository.",
            ("From registry to registry", "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-repo final-registry.corp.com/apps/simple-app-bundle"),
            ("Into an archive", "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-tar simple-app-bundle.tar"),
            ("Out of an archive", "copy --tar simple-app-bundle.tar --to-repo final-registry.corp.com/apps/simple-app-bundle --lock-output bundle.lock.yml"),
            ("What is new since an earlier archive", "copy -b index.docker.io/user1/simple-app-bundle:v1.1.0 --to-tar new.tar --base simple-app-bundle.tar"),
            ("Some packages, for one platform", "copy -b index.docker.io/user1/simple-repository:v1.0.0 --package 'simple-app.corp.com@>=1.0.0 latest:2' --platform linux/amd64 --to-tar some.tar"),
            ("Two of a layout's bundles, each to its repository", "copy --oci-tar bundles.oci.tar --map app-bundle=final-registry.corp.com/apps/app-bundle --map base-bundle=final-registry.corp.com/base/base-bundle"),
            ("Into an OCI layout that skopeo, podman and containerd read", "copy --tar simple-app-bundle.tar --to-oci-tar simple-app-bundle.oci.tar"));
        CopyCommand flags = new();
        foreach (Option option in new Option[]
        {
            flags._bundle, flags._image, flags._lock, flags._tar, flags._oci, flags._ociTar, flags._partsIn.Option, flags._toRepository, flags._map, flags._mapFile, flags._toTar, flags._toOci, flags._toOciTar, flags._volumeSize, flags._lockOutput, flags._resume,
            flags._keepGoing, flags._repair, flags._concurrency, flags._nonDistributable, flags._repositoryTags, flags._ignoreBundleCheck, flags._cosign, flags._artifacts, flags._report, flags._summary,
        })
        {
            command.Options.Add(option);
        }

        foreach (Option option in flags._selection.All.Concat(flags._delta.All).Concat(flags._dry.All))
            command.Options.Add(option);
        flags._trust.AddTo(command);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArchiveMapEntry> map = ArchiveMap.Read(parsed.GetValue(_map) ?? [], parsed.GetText(_mapFile));
        CopyRequest request = CopyRequest.Create(new CopyArguments
        {
            Bundle = parsed.GetText(_bundle),
            Image = parsed.GetText(_image),
            Lock = parsed.GetText(_lock),
            Tar = parsed.GetText(_tar),
            Oci = parsed.GetText(_oci),
            OciTar = parsed.GetText(_ociTar),
            ToOci = parsed.GetText(_toOci),
            ToOciTar = parsed.GetText(_toOciTar),
            VolumeSize = SizeText.Parse("--volume-size", parsed.GetText(_volumeSize)),
            ToRepository = parsed.GetText(_toRepository),
            ToTar = parsed.GetText(_toTar),
            Map = map,
            LockOutput = parsed.GetText(_lockOutput),
            Resume = parsed.GetValue(_resume),
            Repair = parsed.GetValue(_repair),
            IgnoreBundleCheck = parsed.GetValue(_ignoreBundleCheck),
            Artifacts = parsed.GetText(_artifacts),
            CosignSignatures = parsed.GetValue(_cosign),
            Selection = _selection.Read(parsed),
        });
        if (!request.Selection.IsEmpty && request.Source is not (RelocationSource.Bundle or RelocationSource.Archive))
            throw new AirgapException(ErrorCode.IncompatibleOptions, "Flags --package and --platform can only be used with --bundle (-b) or --tar", "Packages and platforms are chosen of a bundle.");
        if (request.Source is RelocationSource.Archive archive)
            request = request with { Source = _partsIn.Of(parsed, archive.Path) };
        else
            _partsIn.CheckUnused(parsed);
        session.Report.Source = request.Source.ToString();
        session.Report.Destination = request.Destination.ToString();

        CheckOutputs(parsed, request);
        TrustRule? rule = _trust.Read(parsed);
        bool isDry = session.IsDry = _dry.IsDry(parsed);
        using RegistryClient registry = _registry.Connect(parsed, session.Trace);
        if (map.Count > 0)
            return await CopyMappedAsync(parsed, request, map, rule, session, registry, cancellationToken).ConfigureAwait(false);
        if (isDry)
        {
            return await PlanAsync(parsed, request, rule, session, registry, cancellationToken).ConfigureAwait(false) ? 0 : 1;
        }

        if (await TransferAsync(parsed, request, rule, session, registry, cancellationToken).ConfigureAwait(false) is not { } result)
            return 1;
        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        CopyResultText.Fill(session.Report, result);
        await ReportAsync(parsed, [result], registry, session, cancellationToken).ConfigureAwait(false);
        if (!result.IsComplete)
            return Fail(result, session);
        if (request.LockOutput is { } lockOutput)
        {
            await AtomicFile.WriteAsync(lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(result)), AtomicFile.OwnerOnly, cancellationToken).ConfigureAwait(false);
            (session.Report.Files ??= []).Add(new ReportFile(lockOutput, "lock"));
        }

        await _delta.WriteReceiptAsync(parsed, result, session, cancellationToken).ConfigureAwait(false);
        if (session.Report.Derived is { } derived)
            session.WriteResult(derived.ToString());
        foreach (string line in CopyResultText.Lines(result))
            session.WriteResult(line);
        // Under its own name the tool has shown its own warnings, with codes.
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
        ParseResult parsed, CopyRequest request, IReadOnlyList<ArchiveMapEntry> map, TrustRule? rule, Session session, RegistryClient registry, CancellationToken cancellationToken)
    {
        if (_delta.HasReceipt(parsed))
            throw new AirgapException(ErrorCode.IncompatibleOptions, "Flag --receipt cannot be used with --map", "Copy each item by itself to have its receipt.");
        bool isDry = _dry.IsDry(parsed);
        MappedCopy copy = new(registry, session);
        Func<RelocationDestination.Repository, PlanOptions> optionsOf = to => PlanOptionsOf(parsed, request with { Destination = to }, session) with { KeepGoing = !isDry && parsed.GetValue(_keepGoing) };
        if (!await copy.PlanAsync((RelocationSource.Archive)request.Source, map, optionsOf, rule, cancellationToken).ConfigureAwait(false))
            return 1;
        if (isDry)
        {
            await _dry.ShowAsync(parsed, await copy.ForecastAsync(TransferOptionsOf(parsed), cancellationToken).ConfigureAwait(false), session, cancellationToken).ConfigureAwait(false);
            return 0;
        }

        IReadOnlyList<TransferResult> results = await copy.RunAsync(TransferOptionsOf(parsed), cancellationToken).ConfigureAwait(false);
        await ReportAsync(parsed, results, registry, session, cancellationToken).ConfigureAwait(false);
        return results[^1].IsComplete ? 0 : Fail(results[^1], session);
    }

    // Before anything is asked: what cannot be written at the end is no surprise then.
    private void CheckOutputs(ParseResult parsed, CopyRequest request)
    {
        if (request.Destination is RelocationDestination.Archive archive)
            _ = archive.Format == ArchiveFormat.LayoutFolder ? OutputCheck.OfFolder(archive.Path) : OutputCheck.OfArchive(archive.Path);
        string? summary = parsed.GetText(_summary);
        OutputCheck.OfFiles(request.LockOutput, parsed.GetText(_report), summary is null || SummaryTarget.IsOff(summary) ? null : summary);
        _dry.Check(parsed);
        _delta.Check(parsed, request);
    }

    private static int Fail(TransferResult result, Session session)
    {
        foreach (Diagnostic failure in IncompleteRelocation.Describe(result, location: null))
            session.Fail(failure);
        return 1;
    }

    private async Task ReportAsync(ParseResult parsed, IReadOnlyList<TransferResult> results, RegistryClient registry, Session session, CancellationToken cancellationToken)
    {
        // Under imgpkg's name nothing is written that imgpkg would not write.
        ReportRequest report = new(parsed.GetText(_report), parsed.GetText(_summary), Detects: !session.Identity.IsImgpkg);
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

        await report.WriteAsync(builder.Build(retries: registry.Statistics.Retries), session, cancellationToken).ConfigureAwait(false);
    }

    // Null when a signature is missing or wrong: then nothing has moved.
    private async Task<TransferResult?> TransferAsync(
        ParseResult parsed, CopyRequest request, TrustRule? rule, Session session, IRegistry registry, CancellationToken cancellationToken)
    {
        using ConsoleObserver observer = new(session, request.Destination is RelocationDestination.Archive, likeImgpkg: true);
        Relocator relocator = new(registry, observer);
        using SelectedSource source = await SelectAsync(parsed, request, session, registry, observer, cancellationToken).ConfigureAwait(false);
        TransferPlan plan = await source.PlanAsync(PlanOptionsOf(parsed, request, session), cancellationToken).ConfigureAwait(false);
        session.Report.Derived = source.Derived;
        return await TrustCheck.PassesAsync(rule is null ? plan : await source.JudgedAsync(plan, cancellationToken).ConfigureAwait(false), registry, rule, session, cancellationToken).ConfigureAwait(false)
            ? await relocator.RunAsync(plan, request.Destination, TransferOptionsOf(parsed), cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async Task<bool> PlanAsync(ParseResult parsed, CopyRequest request, TrustRule? rule, Session session, IRegistry registry, CancellationToken cancellationToken)
    {
        using ConsoleObserver observer = new(session, request.Destination is RelocationDestination.Archive, likeImgpkg: false);
        Relocator relocator = new(registry, observer);
        // A plan that leaves out what cannot be read would say too little.
        PlanOptions options = PlanOptionsOf(parsed, request, session) with { KeepGoing = false };
        using SelectedSource source = await SelectAsync(parsed, request, session, registry, observer, cancellationToken).ConfigureAwait(false);
        TransferPlan plan = await source.PlanAsync(options, cancellationToken).ConfigureAwait(false);
        if (!await TrustCheck.PassesAsync(rule is null ? plan : await source.JudgedAsync(plan, cancellationToken).ConfigureAwait(false), registry, rule, session, cancellationToken).ConfigureAwait(false))
            return false;
        TransferForecast forecast = await relocator.ForecastAsync(plan, request.Destination, TransferOptionsOf(parsed), cancellationToken).ConfigureAwait(false);
        PlanDocument document = PlanWriter.Create([new ForecastItem(request.Source.GetType().Name.ToLowerInvariant(), request.Source.ToString()!, forecast) { Derived = source.Derived }], plan.Warnings);
        await _dry.ShowAsync(parsed, document, session, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private Task<SelectedSource> SelectAsync(ParseResult parsed, CopyRequest request, Session session, IRegistry registry, ConsoleObserver observer, CancellationToken cancellationToken) =>
        SelectedSource.CreateAsync(request.Source, request.Selection, registry, observer, parsed.GetValue(_concurrency), session, cancellationToken);

    // imgpkg asks for no artifacts that nobody wanted, and does not tell of them.
    private PlanOptions PlanOptionsOf(ParseResult parsed, CopyRequest request, Session session) => new PlanOptions
    {
        IncludeNonDistributableLayers = parsed.GetValue(_nonDistributable),
        CosignSignatures = parsed.GetValue(_cosign),
        IgnoreBundleCheck = parsed.GetValue(_ignoreBundleCheck),
        KeepGoing = parsed.GetValue(_keepGoing),
        EmbedConfigs = request.Destination is RelocationDestination.Archive { EmbedsConfigs: true },
        // What is to be repaired is read from the source.
        Destination = parsed.GetValue(_repair) ? null : (request.Destination as RelocationDestination.Repository)?.Name,
        EarlierArchive = parsed.GetValue(_resume) ? (request.Destination as RelocationDestination.Archive)?.Path : null,
        Bases = _delta.Bases(parsed, request),
        Concurrency = parsed.GetValue(_concurrency),
    }.Carrying(request.Artifacts) with
    { TellsLeftBehind = !session.Identity.IsImgpkg };

    private TransferOptions TransferOptionsOf(ParseResult parsed) => new()
    {
        Concurrency = parsed.GetValue(_concurrency),
        KeepGoing = parsed.GetValue(_keepGoing),
        MostConcurrency = parsed.GetResult(_concurrency) is { Implicit: false } ? parsed.GetValue(_concurrency) : MostUnlessTold,
        RepositoryBasedTags = parsed.GetValue(_repositoryTags),
        Resume = parsed.GetValue(_resume),
        Repair = parsed.GetValue(_repair),
        MountFrom = _delta.MountFrom(parsed),
    };
}
