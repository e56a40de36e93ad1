using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Publishing.Timelines;
using Airgap.Publishing.Trusting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Trust.Signing;

namespace Airgap.Tool.Commands;

/// <summary><c>copy</c>: a bundle, image, lock or archive to a repository or archive.</summary>
internal sealed class CopyCommand
{
    private readonly CopyFlags _flags = new();
    private readonly CopySigning _signing = new();
    private readonly GateFlags _gate = new();
    private readonly TrustFlags _trust = new();
    private readonly DryRunFlags _dry = new(carriesOut: true);
    private readonly ShardFlags _shards = new();
    private readonly RegistryFlags _registry = new() { Creation = new() };
    private readonly TimelineFlag _timeline = new();

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
            ("By several processes: the plan, each part of it, and the rest",
                "copy -b index.docker.io/user1/simple-app-bundle:v1.0.0 --to-repo final-registry.corp.com/apps/simple-app-bundle " +
                "--plan-out plan.json --shards 8"),
            ("One of the parts", "copy --plan plan.json --shard 3/8"),
            ("The rest, the tag last", "copy --plan plan.json --finish --lock-output bundle.lock.yml"),
            ("To an OCI layout that skopeo, podman and containerd read",
                "copy --tar simple-app-bundle.tar --to-oci-tar simple-app-bundle.oci.tar"));
        CopyCommand copy = new();
        foreach (Option option in copy._flags.All.Concat(copy._dry.All).Concat(copy._shards.All))
            command.Options.Add(option);
        foreach (Option option in copy._signing.All.Concat(copy._gate.All))
            command.Options.Add(option);
        command.Options.Add(copy._timeline.Option);
        copy._trust.AddTo(command);
        copy._registry.AddTo(command);
        host.Attach(command, copy.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        FileFlags.Check(parsed, readsPlan: _dry.PlanToRun(parsed) is not null);
        return _timeline.RunAsync(parsed, session, () => CopyAsync(parsed, session, cancellationToken));
    }

    private async Task<int> CopyAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        _dry.CheckPlan(parsed, _flags.HasSource(parsed), _shards.OfRun(parsed));
        if (_shards.RunsPlan(parsed, _dry.PlanToRun(parsed)))
            return await RunPlanAsync(parsed, _dry.PlanToRun(parsed)!, session, cancellationToken);
        TimelineRecorder.Current?.Confirm();
        IReadOnlyList<ArchiveMapEntry> map = _flags.Map(parsed);
        CopyRequest request = _flags.Read(parsed, map, session);
        session.Report.Source = request.Source.ToString();
        session.Report.Destination = request.Destination.ToString();

        CheckOutputs(parsed, request);
        TrustRule? rule = _trust.Read(parsed);
        using SigningKey? key = _signing.ReadKey(parsed, request.Destination, _flags.Delta.HasReceipt(parsed));
        Gate? gate = _gate.Read(parsed);
        session.IsDry = _dry.IsDry(parsed);
        string? planOut = _shards.PlanOut(parsed);
        if (planOut is not null)
            CopyByPlanRules.Check(parsed, request, map.Count, _flags, _signing, session.IsDry);
        return await _signing.LogAsync(parsed, request, async results =>
        {
            using RegistryClient registry = _registry.ConnectToPush(parsed, session);
            CopyContext context = new(parsed, _flags, _signing, _dry, request, session, registry)
            {
                Map = map,
                Rule = rule,
                Key = key,
                Gate = gate
            };
            if (!session.IsDry && planOut is null)
                context.ReportFailure(results);
            await _signing.VerifyBasesAsync(parsed, _flags.Delta.BaseNames(parsed), [], cancellationToken);
            if (planOut is not null)
                return await new CopyToPlan(context, planOut, _shards.Count(parsed)).RunAsync(cancellationToken);
            return map.Count > 0 || request.Template is not null
                ? await new CopyToMany(context).RunAsync(results, cancellationToken)
                : await new CopyToOne(context).RunAsync(results, cancellationToken);
        }, session, cancellationToken);
    }

    // The existing plan determines source and destination.
    private async Task<int> RunPlanAsync(ParseResult parsed, string file, Session session, CancellationToken cancellationToken)
    {
        bool finishes = _shards.Finishes(parsed);
        CopyByPlanRules.CheckRun(parsed, _flags, _signing, _gate.All.Concat(_trust.Options), _shards.HasShard(parsed));
        RunPlanDocument document = RunPlanFile.Read(file);
        Shard? shard = _shards.Shard(parsed, document);
        _shards.WarnOfWhole(parsed, session);
        int? count = _shards.Count(parsed, document);
        using RegistryClient registry = _registry.ConnectToPush(parsed, session);
        RunPlanReader reader = new(registry, file);
        RunPlan[] runs = [.. document.Relocations.Select(reader.Read)];
        CopyRequest request = new(runs[0].Plan.Source, runs[0].Destination, _flags.LockOutput(parsed));
        string[] archives = [.. runs.Select(run => run.Destination).OfType<RelocationDestination.Archive>().Select(archive => archive.Path)
            .Distinct()];
        FileFlags.Check(parsed, readsPlan: true, [.. archives.Select(path => new NamedFile(path))]);
        if (shard is null)
            session.Failed.Earlier.Note(archives);
        TimelineRecorder.Current?.Confirm();
        if (runs.Length > 1 && request.LockOutput is not null)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, $"'{file}' is a plan of {runs.Length} relocations, and --lock-output writes the lock of one",
                "Omit it: the plan's project writes its own locks.");
        session.Report.Source = request.Source.ToString();
        session.Report.Destination = request.Destination.ToString();
        CheckOutputs(parsed, request);
        using SigningKey? key = _signing.ReadKey(parsed, request.Destination, _flags.Delta.HasReceipt(parsed));
        return await _signing.LogAsync(parsed, request, results => new CopyByPlan(
            new CopyContext(parsed, _flags, _signing, _dry, request, session, registry) { Map = [], Rule = null, Key = key, Gate = null },
            runs, shard, count, finishes).RunAsync(results, cancellationToken), session, cancellationToken);
    }

    // Checked before the first request, so that a file that cannot be written is reported now, not at the end.
    private void CheckOutputs(ParseResult parsed, CopyRequest request)
    {
        if (request.Destination is RelocationDestination.Archive)
            _registry.Creation!.RefuseWithoutPush(parsed, "an archive or layout");
        if (request.Destination is RelocationDestination.Archive archive)
            _ = archive.Format == ArchiveFormat.LayoutFolder ? OutputCheck.OfFolder(archive.Path) : OutputCheck.OfArchive(archive.Path);
        string? summary = _flags.Summary(parsed);
        OutputCheck.OfFiles(request.LockOutput, _flags.Report(parsed), summary is null || SummaryTarget.IsOff(summary) ? null : summary);
        if (_dry.PlanToRun(parsed) is null)
            _dry.Check(parsed);
        _shards.Check(parsed);
        _flags.Delta.Check(parsed, request);
    }
}
