using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Sharding;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Evaluation;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Pushing;

namespace Airgap.Tool.Commands;

/// <summary>
/// <c>publish</c>: relocates a project's bundles as its publish target does, without building the project.
/// </summary>
internal sealed class PublishCommand
{
    private readonly PublishFlags _flags = new();
    private readonly DryRunFlags _dry = new();
    private readonly RegistryFlags _registry = new() { Creation = new() };
    private readonly TimelineFlag _timeline = new();
    private readonly PublishOutput _output = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "publish",
            "Relocates the bundles, images and locks that a project declares, as its publish does, without building it. Manifests and " +
            "lock files go to the project's AirgapOutputPath.",
            ("To a registry", "publish samples/SimpleApp -p AirgapRegistry=final-registry.corp.com/apps"),
            ("To an archive", "publish samples/SimpleApp -p AirgapArchive=bundles.tar"));
        PublishCommand flags = new();
        command.Arguments.Add(flags._flags.Project);
        foreach (Option option in flags._flags.All.Concat(flags._dry.All))
            command.Options.Add(option);
        command.Options.Add(flags._timeline.Option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.StartAsync);
        return command;
    }

    private Task<int> StartAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        FileFlags.Check(parsed);
        // Only the flag records all projects of a solution in one file.
        return parsed.GetText(_timeline.Option) is null ? RunAsync(parsed, session, cancellationToken)
            : _timeline.RunAsync(parsed, session, () => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvaluationRequest> requests = _flags.Requests(parsed);
        session.Report.Source = Path.GetFullPath(parsed.GetValue(_flags.Project) ?? ".");
        if (requests is [var only])
            return await PublishAsync(only, inSolution: false, parsed, session, cancellationToken) ?? 0;

        int exitCode = 0;
        bool any = false;
        foreach (EvaluationRequest request in requests)
        {
            int? done = await PublishAsync(request, inSolution: true, parsed, session, cancellationToken);
            any |= done is not null;
            exitCode = Math.Max(exitCode, done ?? 0);
        }

        if (!any)
            session.WriteResult(
                $"No project of {Path.GetFileName(session.Report.Source)} that can be published declares ImgpkgBundle, ImgpkgImage, " +
                "ImgpkgLock or ImgpkgBundleContent: there is nothing to do.");
        return exitCode;
    }

    // Null for a project of a solution that declares nothing to relocate.
    private async Task<int?> PublishAsync(
        EvaluationRequest request, bool inSolution, ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        session.Phase = "evaluating";
        if (!inSolution)
            session.Report.Source = request.Project;
        ProjectItems project = ProjectItems.Of(
            request, await ProjectEvaluator.EvaluateAsync(request, inSolution, cancellationToken), inSolution);
        if (inSolution && (!project.IsPublishable || !project.HasItems))
        {
            foreach (Diagnostic slip in project.Warnings.Where(warning => warning.Code == ErrorCode.NothingDeclared))
                session.Warn(slip);
            return null;
        }

        project = project with { Settings = _flags.Over(parsed, project.Settings) };
        if (parsed.GetText(_timeline.Option) is { } asked)
            project = project with { Settings = project.Settings with { Timeline = Path.GetFullPath(asked) } };
        PlanStages.RefuseInOneProcess(project.Settings);
        OutputCheck.OfFiles(_flags.SummaryFile(parsed));
        _dry.Check(parsed);
        bool isDry = session.IsDry = _dry.IsDry(parsed, project.Settings.DryRun);
        project = project with { Settings = project.Settings with { DryRun = isDry } };
        session.Phase = "validating";
        foreach (Diagnostic warning in project.Warnings)
            session.Warn(warning);
        string? timeline = project.Settings.Timeline is { Length: > 0 } file ? project.Settings.FullPath(file) : null;
        session.Failed.Earlier.Note(FailedPublish.OutputsOf(project.Settings, isDry, project.ArtifactList));
        int? exitCode = await OutputOwner.WatchAsync(
            timeline, project.Settings, session.Warn, () => _timeline.RunAsync(
                parsed, session, () => RelocateAsync(project, request, parsed, session, cancellationToken), timeline));
        if (exitCode is null or 0)
            session.Failed.Clear();
        else
            await session.Failed.TellAsync(session);
        return exitCode;
    }

    private async Task<int?> RelocateAsync(
        ProjectItems project, EvaluationRequest request, ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using RegistryClient registry = _registry.ConnectToPush(parsed, session, project.Settings.Access);
        using ConsoleObserver observer = new(session, toArchive: project.Settings.Archive.Length > 0, likeImgpkg: false);
        PublishedFileList artifacts = new(project.ArtifactList);
        ProjectPublisher publisher = new(registry, observer)
        {
            Artifacts = artifacts,
            Confirmed = () => PublishOutput.ExpectFailure(project.Settings, _flags.Summary(parsed, project.Settings), session),
            CountRetries = () => registry.Statistics.Retries,
            RefusesAnonymous = (reference, name, token) =>
            AnonymousPull.FindRefusalAsync(_registry.Read(parsed, session.Trace, project.Settings.Access), reference, name, token),
        };
        using PreparedProject prepared = await publisher.PrepareAsync(
            new DeclaredProject(project.Items, project.Content, project.Settings, project.Problems), cancellationToken);
        foreach (Diagnostic warning in prepared.Warnings)
            session.Warn(warning);
        SourceLocation projectFile = new(request.Project);
        foreach (Diagnostic problem in prepared.Problems)
            session.Fail(problem with { Location = problem.Location ?? projectFile });
        if (!prepared.Problems.IsEmpty)
            return 1;
        if (project.Items.IsEmpty && project.Content is null)
        {
            session.WriteResult(
                $"{Path.GetFileName(request.Project)} declares no ImgpkgBundle, ImgpkgImage, ImgpkgLock or ImgpkgBundleContent: there is " +
                "nothing to do.");
            return 0;
        }

        if (session.IsDry)
        {
            PublishPlan plan = await ProjectPublisher.PlanAsync(prepared, cancellationToken);
            foreach (Diagnostic refusal in plan.Refusals)
                session.Fail(refusal);
            if (!plan.Refusals.IsEmpty)
                return 1;
            await _dry.ShowAsync(parsed, plan.Document, session, cancellationToken);
            return 0;
        }

        PublishResult result;
        try
        {
            result = await ProjectPublisher.RunAsync(prepared, PushAsync, cancellationToken);
        }
        finally
        {
            // Of a failed run, too: earlier items have written their artifacts.
            if (artifacts.TrySave() is { } unlisted)
                session.Warn(unlisted);
        }

        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        _output.Show(result, session);
        if (result.Model is { } model)
        {
            session.Failed.Report = null;
            await PublishOutput.SummarizeAsync(
                _flags.Summary(parsed, project.Settings), model, project.Settings, session, cancellationToken);
        }

        foreach (Diagnostic failure in result.Failures)
            session.Fail(failure);
        if (!result.Failures.IsEmpty)
            return 1;
        // A failure of the following steps does not affect the written outputs.
        session.Failed.Clear();
        return project.Settings.Apply is { } apply && result.Items.Length > 0
            ? await PublishedManifests.ApplyAsync(result, apply, project.Settings, session, cancellationToken) : 0;

        async Task PushAsync(CancellationToken token)
        {
            using VerbObserver pushing = new(session);
            PushResult pushed = await publisher.PushAsync(prepared, pushing, token);
            session.WriteResult(pushed.Reference.ToString());
        }
    }
}
