using System.CommandLine;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary>
/// <c>apply</c>: applies manifests to a cluster, and waits until their PackageRepositories and PackageInstalls reconcile.
/// </summary>
internal sealed class ApplyCommand
{
    private static readonly TimeSpan s_waitByDefault = TimeSpan.FromMinutes(5);

    private readonly Argument<string[]> _paths = new("FOLDER|FILE")
    {
        Description = "Manifests, or folders that contain them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _wait = new("--wait")
    {
        HelpName = "DURATION",
        Description = "Wait until each PackageRepository and PackageInstall has reconciled as applied, such as --wait=10m (default: 5m)",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = static result => result.Tokens is [.., { } last] ? last.Value : "",
    };

    private readonly Option<string?> _dryRun =
        Flag.Text("--dry-run", "server", "Let the cluster check the objects and keep nothing; the only value is 'server'");
    private readonly Option<string?> _prune = Flag.Text(
        "--prune", "NAME",
        "Record the created objects under this name, and remove those that an earlier apply of this name created and the manifests no " +
        "longer contain; with " +
        "--wait, only after all have reconciled");
    private readonly Option<bool> _refetch = Flag.Switch(
        "--refetch", "Delete and recreate a PackageRepository whose digest the cluster would take from its cache of another mirror");
    private readonly ClusterFlags _cluster = new("Namespace of objects that name none (default: the context's)");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "apply",
            "Applies manifests to a cluster in the required order, and waits until their PackageRepositories and PackageInstalls " +
            "reconcile. A placeholder never overwrites a Secret that is filled in.",
            ("The manifests of a publish", "apply airgap/manifests --wait"),
            ("Another cluster, waiting at most ten minutes", "apply airgap/manifests --context production --wait=10m"),
            ("Remove what the folder no longer contains", "apply airgap/manifests --prune simple-app"),
            ("Show what would change", "apply airgap/manifests --dry-run=server"));
        ApplyCommand flags = new();
        command.Arguments.Add(flags._paths);
        command.Options.Add(flags._wait);
        command.Options.Add(flags._dryRun);
        command.Options.Add(flags._prune);
        command.Options.Add(flags._refetch);
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
            { } other => throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{other}' is not a value of --dry-run.",
                "Write --dry-run=server; only the cluster knows what it would accept."),
        };
        if (paths.Count == 0)
            throw new AirgapException(
                ErrorCode.InvalidArgument, "There is nothing to apply: no file or folder was given.",
                "Give manifests or a folder with them, such as airgap/manifests.");
        if (session.IsDry && wait is not null)
            throw new AirgapException(
                ErrorCode.InvalidArgument,
                "--wait and --dry-run exclude each other: a dry run changes nothing, so there is nothing to wait for.",
                "Give one of them.");

        session.Phase = "reading";
        using ClusterClient client = _cluster.Connect(parsed, session.Trace);
        string ns = _cluster.Namespace(parsed) ?? client.Namespace;
        IReadOnlyList<ManifestDocument> documents = ManifestReader.Read(paths, ns, _cluster.Namespace(parsed) is not null);
        session.Report.Source = string.Join(", ", paths);
        session.Report.Destination = client.Server;
        ClusterRun run = new(client, ns, session)
        {
            Wait = wait,
            Inventory = parsed.GetText(_prune),
            Refetches = parsed.GetValue(_refetch)
        };
        (bool isDone, session.Report.Summary) = await run.RunAsync(documents, cancellationToken);
        session.WriteResult(session.Report.Summary);
        return isDone ? 0 : 1;
    }

    // A path after the flag is a path, not a duration.
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
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{text}' is not a value of --wait: it takes {TimeLimit.Forms}.",
                "Write it with an equals sign, such as --wait=10m.");
        paths.Insert(0, text);
        return s_waitByDefault;
    }
}
