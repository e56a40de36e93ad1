using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Registry;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Evaluation;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Publishing;
using Airgap.Transfer.Reporting.Markdown;

namespace Airgap.Tool.Commands;

/// <summary><c>publish</c>: what a project's publish target does with its bundles, without building it.</summary>
internal sealed class PublishCommand
{
    private readonly Argument<string?> _project = new("PROJECT")
    {
        Description = "Project file, or a folder with one (default: the current folder)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _configuration = Flag.Text("--configuration", "NAME", "Configuration (default: as dotnet publish, Release)", "-c");
    private readonly Option<string?> _framework = Flag.Text("--framework", "TFM", "Target framework", "-f");
    private readonly Option<string?> _runtime = Flag.Text("--runtime", "RID", "Runtime identifier", "-r");
    private readonly Option<string[]> _properties = Flag.Repeated("--property", "NAME=VALUE", "Property, as for dotnet publish", "-p");
    private readonly Option<bool> _keepGoing = Flag.Switch("--keep-going", "Relocate the other images and items when one fails");
    private readonly Option<string?> _summary = Flag.Text(
        "--summary", "FILE", "Markdown to write about the relocation; 'none' for none (default: the project's AirgapSummary, else told to GitHub Actions and Azure Pipelines, where one of them runs)");

    private readonly DryRunFlags _dry = new();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "publish",
            "Relocates the bundles, images and locks that a project declares, as its publish does, without building it. Manifests and lock files go to the project's AirgapOutputPath.",
            ("To a registry", "publish samples/SimpleApp -p AirgapRegistry=final-registry.corp.com/apps"),
            ("Into an archive", "publish samples/SimpleApp -p AirgapArchive=bundles.tar"));
        PublishCommand flags = new();
        command.Arguments.Add(flags._project);
        foreach (Option option in new Option[] { flags._configuration, flags._framework, flags._runtime, flags._properties, flags._keepGoing, flags._summary })
            command.Options.Add(option);
        foreach (Option option in flags._dry.All)
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        session.Phase = "evaluating";
        EvaluationRequest request = EvaluationRequest.Create(
            parsed.GetValue(_project), parsed.GetText(_configuration), parsed.GetText(_framework), parsed.GetText(_runtime), parsed.GetValue(_properties) ?? []);
        session.Report.Source = request.Project;
        ProjectItems project = ProjectItems.Of(request, await ProjectEvaluator.EvaluateAsync(request, cancellationToken).ConfigureAwait(false));
        if (parsed.GetValue(_keepGoing))
            project = project with { Settings = project.Settings with { KeepGoing = true } };
        bool isDry = _dry.IsDry(parsed, project.Settings.DryRun);
        session.Phase = "validating";
        foreach (Diagnostic warning in project.Warnings)
            session.Warn(warning);

        using RegistryClient registry = _registry.Connect(parsed, session.Trace);
        using ConsoleObserver observer = new(session, toArchive: project.Settings.Archive.Length > 0, likeImgpkg: false);
        PublishedFileList artifacts = new(project.ArtifactList);
        Publisher publisher = new(registry, observer) { OnArtifact = artifacts.Add, CountRetries = () => registry.Statistics.Retries };
        SourceLocation projectFile = new(request.Project);
        Diagnostic[] problems = [.. project.Problems, .. publisher.Validate(project.Items, project.Settings)];
        foreach (Diagnostic problem in problems)
            session.Fail(problem with { Location = problem.Location ?? projectFile });
        if (problems.Length > 0)
            return 1;
        problems = [.. await publisher.ResolveAsync(project.Items, project.Settings, cancellationToken).ConfigureAwait(false)];
        foreach (Diagnostic problem in problems)
            session.Fail(problem with { Location = problem.Location ?? projectFile });
        if (problems.Length > 0)
            return 1;
        if (project.Items.IsEmpty)
            session.WriteResult($"{Path.GetFileName(request.Project)} declares no ImgpkgBundle, ImgpkgImage or ImgpkgLock: there is nothing to do.");

        if (isDry)
        {
            PublishPlan plan = await publisher.PlanAsync(project.Items, project.Settings, cancellationToken).ConfigureAwait(false);
            await _dry.ShowAsync(parsed, plan.Document, session, cancellationToken).ConfigureAwait(false);
            return 0;
        }

        PublishResult result;
        try
        {
            result = await publisher.RunAsync(project.Items, project.Settings, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            artifacts.Save();
        }

        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        Show(result, session);
        if (result.Model is { } model)
        {
            SummaryTarget? target = parsed.GetText(_summary) is { } asked ? SummaryTarget.Find(asked, detects: false, _ => null) : project.Settings.FindSummary(Environment.GetEnvironmentVariable);
            await ReportRequest.WriteSummaryAsync(target, model, session, cancellationToken).ConfigureAwait(false);
        }

        foreach (Diagnostic failure in result.Failures)
            session.Fail(failure);
        return result.Failures.IsEmpty ? 0 : 1;
    }

    private static void Show(PublishResult result, Session session)
    {
        session.Report.Summary = result.Summary;
        session.Report.Items = [.. result.Items.SelectMany(item => item.Result.Items).Select(CopyResultText.Item)];
        session.Report.Files = [.. result.Files.Select(file => new ReportFile(file.Path, JsonName(file.Kind)))];
        foreach (PublishedItem item in result.Items)
        {
            foreach (string line in CopyResultText.Lines(item.Result))
                session.WriteResult(line);
        }

        foreach (PublishedFile file in result.Files)
            session.WriteResult(Shown(file.Path));
        if (result.Lock is { IsNone: false } changed)
        {
            session.Report.Files.Add(new ReportFile(changed.Path, "projectLock"));
            session.WriteResult($"{Shown(changed.Path)}: {changed}");
        }

        if (result.Summary.Length > 0)
            session.WriteResult(result.Summary);
    }

    private static string Shown(string path) =>
        Path.GetRelativePath(Environment.CurrentDirectory, path) is { } near && !near.StartsWith("..", StringComparison.Ordinal) ? near : path;

    private static string JsonName(PublishedFileKind kind) => kind switch
    {
        PublishedFileKind.PackageRepository => "packageRepository",
        PublishedFileKind.Lock => "lock",
        PublishedFileKind.Kustomization => "kustomization",
        PublishedFileKind.Report => "report",
        PublishedFileKind.Page => "page",
        _ => "archive",
    };
}
