using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Updates;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Evaluation;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>outdated</c>: which declared bundles, images and packages have newer versions at their source.</summary>
internal sealed class OutdatedCommand
{
    /// <summary>The exit code when something is newer, so that a script can distinguish it from a failure.</summary>
    public const int Outdated = 2;

    private readonly Argument<string?> _project = new("PROJECT")
    {
        Description = "Project, solution, file-based app or folder, an airgap.lock.json, or a BundleLock (default: the current folder)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _prerelease = Flag.Switch("--include-prerelease", "Pre-releases also count as newer versions");
    private readonly Option<bool> _minor = Flag.Switch("--highest-minor", "Consider only versions with the same major number");
    private readonly Option<bool> _patch = Flag.Switch("--highest-patch", "Consider only versions with the same major and minor numbers");
    private readonly Option<string[]> _properties = Flag.Properties();
    private readonly Option<int> _concurrency = Flag.Concurrency();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "outdated",
            "Lists the bundles, images and selected packages of a project that have newer versions at their source, and the locked " +
            "tags that " +
            "have moved. Changes nothing. The exit code is 0 when nothing is newer, 2 when something is, 1 for a failure.",
            ("A project", "outdated samples/SimpleApp"),
            ("In a pipeline, within the declared major versions", "outdated --highest-minor --json"));
        OutdatedCommand flags = new();
        command.Arguments.Add(flags._project);
        foreach (Option option in new Option[] { flags._prerelease, flags._minor, flags._patch, flags._properties, flags._concurrency })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        VersionScope scope = new(parsed.GetValue(_prerelease), parsed.GetValue(_minor), parsed.GetValue(_patch));
        if (scope is { SameMajor: true, SameMinor: true })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use --highest-minor with --highest-patch", "Give one of them.");
        string source = parsed.GetValue(_project) is { Length: > 0 } given ? given : ".";
        session.Report.Source = source;
        session.Report.Versions = [];
        session.IsDry = true;
        if (Path.GetExtension(source) is { } extension && File.Exists(source)
            && (Is(extension, ".json") || Is(extension, ".yml") || Is(extension, ".yaml")))
        {
            string path = Path.GetFullPath(source);
            await FindAsync(Is(extension, ".json") ? ProjectUpdates.ReadProjectLock(path) : ProjectUpdates.ReadLock(path),
                new RegistryAccess(), scope, parsed, session, cancellationToken);
        }
        else
        {
            await OfProjectsAsync(source, scope, parsed, session, cancellationToken);
        }

        UpdatesText.Show(session);
        return session.Report.Errors.Count > 0 ? 1 : session.Report.Versions.Exists(version => version.IsOutdated) ? Outdated : 0;
    }

    private async Task OfProjectsAsync(
        string source, VersionScope scope, ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvaluationRequest> requests = EvaluationRequest.Create(source, null, null, null, parsed.GetValue(_properties) ?? []);
        foreach (EvaluationRequest request in requests)
        {
            session.Phase = "evaluating";
            bool inSolution = requests.Count > 1;
            ProjectItems project = ProjectItems.Of(
                request, await ProjectEvaluator.EvaluateAsync(request, inSolution, cancellationToken), inSolution);
            if (inSolution && !project.HasItems)
                continue;
            foreach (Diagnostic warning in project.Warnings)
                session.Warn(warning);
            await FindAsync(ProjectUpdates.Read(project.Items, project.Settings, project.Problems), project.Settings.Access, scope, parsed,
                session, cancellationToken);
        }
    }

    private async Task FindAsync(
        ProjectUpdates updates, RegistryAccess access, VersionScope scope, ParseResult parsed, Session session,
        CancellationToken cancellationToken)
    {
        foreach (Diagnostic problem in updates.Problems)
            session.Fail(problem);
        if (!updates.Problems.IsEmpty)
            return;
        session.Phase = "comparing";
        using RegistryClient registry = _registry.Connect(parsed, session, access);
        (IEnumerable<DeclaredVersion> versions, IEnumerable<Diagnostic> failures) =
            await new UpdateFinder(registry, scope, parsed.GetValue(_concurrency))
                .FindAsync(updates.Declarations, updates.Lock, cancellationToken);
        session.Report.Versions!.AddRange(versions.Select(ReportVersion.Of));
        foreach (Diagnostic failure in failures)
            session.Fail(failure);
    }

    private static bool Is(string extension, string wanted) => extension.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
