using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary>
/// <c>prune</c>: removes from a repository, in two steps, everything that the kept content does not reference.
/// </summary>
internal sealed class PruneCommand
{
    private readonly Option<string[]> _keep = Flag.Repeated(
        "--keep", "LOCK|RECEIPT|PROJECT",
        "What to keep, with everything it references: a lock file, a receipt, the relocation.json of a publish, or a project");
    private readonly Option<string?> _repository = Flag.Text("--repo", "REPOSITORY", "Repository to clean up");
    private readonly Option<string?> _plan = Flag.Text("--plan", "FILE", "Plan file to write, for review and for --execute");
    private readonly Option<string?> _execute = Flag.Text("--execute", "FILE", "Plan file to carry out");
    private readonly Option<string?> _grace =
        Flag.Text("--grace", "DURATION", "Keep everything younger than this, such as 7d or 36h (default: 1h)");
    private readonly Option<bool> _staleTags =
        Flag.Switch("--stale-tags", "Also remove tags of kept content that no --keep source names");
    private readonly Option<string[]> _properties = Flag.Properties();
    private readonly Option<int> _concurrency = Flag.Concurrency();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "prune",
            "Removes from a repository everything that the kept content does not reference: manifests with their tags, locations images, " +
            "signatures and " +
            "referrers. The first step makes a plan and removes nothing; the second carries out exactly that plan, except for what has " +
            "changed since. The exit code is 0 when the whole plan is done, 2 when something was left, 1 for a failure.",
            ("Plan what to remove",
                "prune --keep simple-app-bundle.lock.yml --repo final-registry.corp.com/apps/simple-app-bundle --plan prune.json"),
            ("Then remove exactly that", "prune --execute prune.json"),
            ("Keep two versions, and everything of the last week",
                "prune --keep v1.lock.yml --keep v2.lock.yml --repo final-registry.corp.com/apps/simple-app-bundle --grace 7d --plan " +
                "prune.json"));
        PruneCommand flags = new();
        foreach (Option option in new Option[] { flags._keep, flags._repository, flags._plan, flags._execute, flags._grace,
            flags._staleTags, flags._properties, flags._concurrency })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string[] keep = parsed.GetValue(_keep) ?? [];
        if (parsed.GetText(_execute) is not { } execute)
            return await PlanAsync(parsed, keep, session, cancellationToken);
        if (keep.Length > 0 || parsed.GetText(_plan) is not null || parsed.GetText(_grace) is not null || parsed.GetValue(_staleTags))
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "--execute carries out an existing plan, but --keep, --grace, --stale-tags and --plan make a new one.",
                "Give them in two runs: first --plan, then --execute.");
        return await ExecuteAsync(parsed, execute, session, cancellationToken);
    }

    private async Task<int> PlanAsync(ParseResult parsed, string[] keep, Session session, CancellationToken cancellationToken)
    {
        session.IsDry = true;
        if (keep.Length == 0)
            throw new AirgapException(
                ErrorCode.SourceSelection, "Nothing to keep is given, so everything would be removed.",
                "Give --keep once or several times: lock files, the relocation.json of a publish, or projects.");
        RepositoryName repository = RepositoryName.Parse(parsed.GetText(_repository)
            ?? throw new AirgapException(
                ErrorCode.DestinationSelection, "The repository to clean up is not given.", "Name it: --repo HOST/PATH."));
        _registry.RefuseIdleConf(parsed, keep.Any(KeepSources.IsProject));
        TimeSpan grace = parsed.GetText(_grace) is { } text ? GracePeriod.Parse("--grace", text) : TimeSpan.FromHours(1);
        string? file = parsed.GetText(_plan);
        OutputCheck.OfFiles(file);
        FileFlags.Check(parsed);
        session.Report.Source = string.Join(", ", keep);
        session.Report.Destination = repository.ToString();
        session.Phase = "planning";
        using RegistryClient registry = _registry.Connect(parsed, session);
        using IDisposable? held = await HoldAsync(repository, session, cancellationToken);
        IReadOnlyList<KeptRoot> roots =
            await new KeepSources(parsed.GetValue(_properties) ?? [], registry, session).ReadAsync(keep, repository, cancellationToken);
        PrunePlan plan = await new PrunePlanner(registry, TimeProvider.System, parsed.GetValue(_concurrency))
            .PlanAsync(roots, repository, grace, cancellationToken, parsed.GetValue(_staleTags));
        session.Report.PrunePlan = plan;
        if (file is not null)
        {
            await PrunePlanFile.WriteAsync(file, plan with { Schema = SchemaLinks.Of("prune") }, cancellationToken);
            (session.Report.Files ??= []).Add(new ReportFile(file, "prunePlan"));
        }

        foreach (PruneItem item in plan.Remove)
            session.WriteResult($"- {Words(item)}");
        foreach (PruneTag stale in plan.StaleTags ?? [])
            session.WriteResult($"- tag {stale.Tag}, because {stale.Because}");
        foreach (PruneRetained left in plan.Left)
            session.WriteResult($"  left: {(left.Tag is null ? left.Digest : $"tag {left.Tag}")}, because {left.Because}");
        foreach (string note in plan.Notes)
            session.WriteResult($"Note: {note}");
        if (plan.NotBefore is { } from && (plan.Remove.Length > 0 || plan.StaleTags is not null))
            session.WriteResult($"Not before {from}.");
        session.Report.Summary = plan.Summary;
        session.WriteResult(plan.Summary);
        return 0;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, string file, Session session, CancellationToken cancellationToken)
    {
        _registry.RefuseIdleConf(parsed, hasProject: false);
        PrunePlan plan = PrunePlanFile.Read(file);
        RepositoryName repository = RepositoryName.Parse(plan.Repository);
        if (parsed.GetText(_repository) is { } asked && RepositoryName.Parse(asked) != repository)
            throw new AirgapException(
                ErrorCode.InvalidPrunePlan, $"'{file}' is a plan for {repository}, not for {asked}.",
                "Leave --repo out, or give the plan of that repository.")
            {
                Location = new SourceLocation(file)
            };
        session.Report.Source = file;
        session.Report.Destination = plan.Repository;
        session.Phase = "pruning";
        session.AfterStop = $"What was removed is gone, and everything kept is complete. Continue with: prune --execute {file}";
        using RegistryClient registry = _registry.Connect(parsed, session);
        using IDisposable? held = await HoldAsync(repository, session, cancellationToken);
        session.Report.Pruned = [];
        await new PruneExecutor(registry, TimeProvider.System, parsed.GetValue(_concurrency))
            .RunAsync(plan, item => Report(session, repository, item), cancellationToken);
        int removed = session.Report.Pruned.Count(item => item is { Outcome: "removed", Kind: not PrunedItem.TagKind });
        int tags = session.Report.Pruned.Count(item => item is { Outcome: "removed", Kind: PrunedItem.TagKind });
        int left = session.Report.Pruned.Count(item => item.Outcome is "needed" or "renewed" or "refused");
        string also = tags > 0 ? $" and {CountText.Count(tags, "stale tag")}" : "";
        session.Report.Summary =
            $"{repository}: {CountText.Count(removed, "manifest")}{also} removed, {session.Report.Pruned.Count - removed - tags - left} " +
            $"gone before{(left > 0 ? $", {left} left" : "")}";
        session.WriteResult($"Note: {PruneNotes.Collection}");
        session.WriteResult(session.Report.Summary);
        return left > 0 ? DiffCommand.Different : 0;
    }

    private static void Report(Session session, RepositoryName repository, PrunedItem item)
    {
        string outcome = item.Outcome.ToString().ToLowerInvariant();
        session.Report.Pruned!.Add(new ReportPruned(item.Item.Digest, item.Item.Kind, item.Item.Tags, outcome));
        if (item.Refusal is { } refusal)
        {
            session.Warn(refusal.ToDiagnostic());
        }
        else if (item.IsLeft)
        {
            bool isTag = item.Item.Kind == PrunedItem.TagKind;
            string why = isTag ? "it now points to something else"
                : item.Outcome == PruneOutcome.Renewed ? "it was pushed again after the plan was made"
                : "kept content, or content pushed after the plan was made, references it now";
            session.Warn(new Diagnostic(
                ErrorCode.PruneItemKept,
                $"{repository}{(isTag ? $":{item.Item.Tags[0]}" : $"@{item.Item.Digest}")} stays: {why}.", "Make a new plan.")
            { Reference = repository.ToString(), Digest = item.Item.Digest });
        }
        else
        {
            session.WriteResult($"{(item.Outcome == PruneOutcome.Gone ? "gone before" : "removed")}: {Words(item.Item)}");
        }
    }

    private static string Words(PruneItem item) =>
        $"{item.Kind} {item.Digest}{(item.Tags.IsEmpty ? "" : $"  ({string.Join(", ", item.Tags)})")}";

    // A relocation by this user that is in progress has pushed content that no tag refers to yet. The prune does not
    // wait for it: the content it leaves needs a new plan.
    private static async Task<IDisposable?> HoldAsync(RepositoryName repository, Session session, CancellationToken cancellationToken)
    {
        IDisposable? held = await DestinationLock.OfUser(TimeSpan.Zero)
            .AcquireExclusiveAsync(new RelocationDestination.Repository(repository), SilentObserver.Instance, cancellationToken);
        if (held is null)
        {
            session.Warn(new Diagnostic(
                ErrorCode.RelocationsNotSeen,
                $"Could not check whether a relocation to {repository} is in progress on this machine: there is no folder for locks.",
                "Give this user a cache folder (XDG_CACHE_HOME), or make sure that no relocation is in progress.")
            { Reference = repository.ToString() });
        }

        return held;
    }
}
