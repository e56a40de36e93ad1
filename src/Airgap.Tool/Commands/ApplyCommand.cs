using System.CommandLine;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>apply</c>: brings manifests into a cluster, and waits until their PackageRepositories reconcile.</summary>
internal sealed class ApplyCommand
{
    private static readonly TimeSpan s_waitByDefault = TimeSpan.FromMinutes(5);

    private readonly Argument<string[]> _paths = new("FOLDER|FILE")
    {
        Description = "Manifests, or folders with them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _wait = new("--wait")
    {
        HelpName = "DURATION",
        Description = "Wait until each PackageRepository reconciled in the form that was applied, such as --wait=10m (5m unless told)",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = static result => result.Tokens is [.., { } last] ? last.Value : "",
    };

    private readonly Option<string?> _dryRun = Flag.Text("--dry-run", "server", "Have the cluster try it and keep nothing; takes 'server' alone");
    private readonly ClusterFlags _cluster = new("Namespace of objects that name none (default: the context's)");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "apply",
            "Applies manifests to a cluster, in the order that they need, and waits until their PackageRepositories reconcile. A placeholder never overwrites a Secret that is filled in.",
            ("What a publish wrote", "apply airgap/manifests --wait"),
            ("Another cluster, and no longer than ten minutes", "apply airgap/manifests --context production --wait=10m"),
            ("To see what would change", "apply airgap/manifests --dry-run=server"));
        ApplyCommand flags = new();
        command.Arguments.Add(flags._paths);
        command.Options.Add(flags._wait);
        command.Options.Add(flags._dryRun);
        flags._cluster.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        List<string> paths = [.. parsed.GetValue(_paths) ?? []];
        TimeSpan? wait = Wait(parsed, paths);
        session.IsDry = parsed.GetText(_dryRun) switch
        {
            null => false,
            "server" => true,
            { } other => throw new AirgapException(ErrorCode.InvalidArgument, $"'{other}' is no value of --dry-run.", "Write --dry-run=server; the cluster alone knows what it would take."),
        };
        if (paths.Count == 0)
            throw new AirgapException(ErrorCode.InvalidArgument, "There is nothing to apply: no file and no folder was given.", "Give manifests or a folder with them, such as airgap/manifests.");
        if (session.IsDry && wait is not null)
            throw new AirgapException(ErrorCode.InvalidArgument, "--wait and --dry-run exclude each other: a dry run changes nothing that could be waited for.", "Give one of them.");

        session.Phase = "reading";
        using ClusterClient client = _cluster.Connect(parsed, session.Trace);
        string ns = _cluster.Namespace(parsed) ?? client.Namespace;
        IReadOnlyList<ManifestDocument> documents = ManifestReader.Read(paths, ns, _cluster.Namespace(parsed) is not null);
        session.Report.Source = string.Join(", ", paths);
        session.Report.Destination = client.Server;
        session.Phase = "applying";
        session.AfterStop = "What was applied stays, and kapp-controller goes on. Look with: dotnet airgap doctor";
        session.Report.Objects = [];
        IReadOnlyList<AppliedObject> applied = await new Applier(client, ns, session.IsDry).ApplyAsync(documents, done => Tell(session, done), cancellationToken).ConfigureAwait(false);
        int failed = applied.Count(each => each.Failure is not null);
        if (failed > 0)
        {
            session.Report.Summary = $"{failed} of {Amounts.Count(applied.Count, "object")} {(failed == 1 ? "was" : "were")} refused";
            return 1;
        }

        bool isDone = wait is not { } limit || await WaitAsync(client, applied, limit, session, cancellationToken).ConfigureAwait(false);
        session.Report.Summary = !isDone ? "Not every PackageRepository reconciled" : session.IsDry ? $"{Amounts.Count(applied.Count, "object")} tried, none kept" : $"{Amounts.Count(applied.Count, "object")} applied";
        session.WriteResult(session.Report.Summary);
        return isDone ? 0 : 1;
    }

    // A path after the flag is a path: nobody means a folder by a duration.
    private TimeSpan? Wait(ParseResult parsed, List<string> paths)
    {
        if (parsed.GetResult(_wait) is null or { Implicit: true })
            return null;
        string text = parsed.GetValue(_wait) ?? "";
        if (text.Length == 0)
            return s_waitByDefault;
        if (TimeLimit.TryParse(text, out TimeSpan limit))
            return limit;
        if (!File.Exists(text) && !Directory.Exists(text))
            throw new AirgapException(ErrorCode.InvalidArgument, $"'{text}' is not a value of --wait: it takes {TimeLimit.Forms}.", "Write it with an equals sign, such as --wait=10m.");
        paths.Insert(0, text);
        return s_waitByDefault;
    }

    /// <summary>An outcome in words.</summary>
    public static string Words(ApplyOutcome outcome) => outcome switch
    {
        ApplyOutcome.Created => "created",
        ApplyOutcome.Changed => "changed",
        ApplyOutcome.Unchanged => "unchanged",
        ApplyOutcome.Applied => "applied",
        ApplyOutcome.Kept => "left as it is",
        ApplyOutcome.NotTried => "not tried",
        _ => "refused",
    };

    private static void Tell(Session session, AppliedObject done)
    {
        string outcome = Words(done.Outcome);
        session.Report.Objects!.Add(new ReportObject(done.Kind, done.Namespace, done.Name) { Outcome = outcome });
        foreach (Diagnostic warning in done.Warnings)
            session.Warn(warning);
        if (done.Failure is { } failure)
            session.Fail(failure);
        else
            session.WriteResult($"{done.Kind} {done.FullName}: {outcome}{(session.IsDry && done.Outcome != ApplyOutcome.NotTried ? " (dry run)" : "")}");
    }

    private static async Task<bool> WaitAsync(ClusterClient client, IReadOnlyList<AppliedObject> applied, TimeSpan limit, Session session, CancellationToken cancellationToken)
    {
        WaitTarget[] targets = [.. applied.Where(each => each.Kind == ResourceKind.PackageRepository.Kind).Select(each => new WaitTarget(each.Namespace!, each.Name, each.Generation))];
        if (targets.Length == 0)
        {
            session.Warn(new Diagnostic(ErrorCode.NotExamined, "There is no PackageRepository among the objects, so nothing was waited for.", "Leave --wait out."));
            return true;
        }

        session.Phase = "waiting";
        IReadOnlyList<WaitVerdict> verdicts = await new RepositoryWait(client, line => { if (!session.Options.Json) session.WriteError(line); }).RunAsync(targets, limit, cancellationToken).ConfigureAwait(false);
        foreach (WaitVerdict verdict in verdicts)
        {
            foreach (Diagnostic warning in verdict.Warnings)
                session.Warn(warning);
            if (verdict.Failure is { } failure)
                session.Fail(failure);
            else
                session.WriteResult($"PackageRepository {verdict.Target.FullName}: reconciled{(verdict.Packages is { } count ? $", {Amounts.Count(count, "Package")}" : "")}");
            int index = session.Report.Objects!.FindIndex(each => each.Kind == ResourceKind.PackageRepository.Kind && each.Namespace == verdict.Target.Namespace && each.Name == verdict.Target.Name);
            session.Report.Objects[index] = session.Report.Objects[index] with { State = verdict.State?.Words, Packages = verdict.Packages };
        }

        return verdicts.All(verdict => verdict.Failure is null);
    }
}
