using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Sharding;
using Airgap.Publishing.Timelines;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>One run of the task: items in, <see cref="ProjectPublisher"/>, items out.</summary>
internal sealed class PublishRun(PublishImgpkgBundles task, BuildLog log)
{
    private readonly SourceLocation _project = new(task.ProjectFile);
    private readonly string _projectDirectory = Path.GetDirectoryName(task.ProjectFile)!;
    private readonly PublishStages _stages = new(task, log);
    private volatile bool _isStopped;

    /// <summary>Runs.</summary>
    /// <returns>False when an error was logged or the run was cancelled.</returns>
    public bool Execute(CancellationToken cancellationToken)
    {
        PublishSettings settings =
            PublishProperties.Read(_projectDirectory, task.PropertyOf, _project, out ImmutableArray<Diagnostic> problems);
        IReadOnlyDictionary<string, string> globals = task.GlobalProperties();
        foreach (Diagnostic typo in PropertyTypos.Find(globals.Keys, _project))
            log.Warning(typo);
        ProjectText text = ProjectText.Read(task.ProjectFile, globals);
        ProjectTypos slips = new(text, [.. globals.Keys]);
        log.Locate = slips.Locate;
        foreach (Diagnostic slip in slips.Find(HasItems).Concat(new IdleItems(text, task.ProjectFile).Find(task.DeclaredItems)))
            log.Warning(slip);
        if (!HasItems && slips.NothingDeclared(task.ProjectFile, task.PublishesContainer) is { } nothing)
            log.Warning(nothing);

        ItemReader reader = new();
        PublishItem[] items = reader.Read(task.Bundles, task.Images, task.Locks);
        settings = settings with
        {
            ProjectName = task.ProjectName,
            Given = globals.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase),
            Trust = new DeclaredTrust(task.ProjectFile, globals).Read(
                reader.ReadTrust(task.Trust), slips, out ImmutableArray<Diagnostic> lost),
            SourceRepository = task.RepositoryUrl ?? "",
            SourceRevision = task.SourceRevisionId ?? ""
        };
        problems = problems.AddRange(lost).AddRange(EmptyChecks.Find(globals, _project));
        PublishStage stage = _stages.Read(settings, HasItems, ref problems);
        settings = PlanStages.Of(settings, stage);
        ProducedContent? content = Read(reader, settings, stage, ref problems);
        PublishedFileList files = new(settings.FullPath(task.ArtifactList));
        FailedBuild failed = new(log, settings, stage);
        failed.Begin(settings.FullPath(task.ArtifactList));
        using BuildRegistry registry = new(log, settings.Access);
        Job job = new(new DeclaredProject([.. items], content, settings, problems), registry, files, stage, failed);
        string? timeline = settings.Timeline.Length == 0 ? null : settings.FullPath(settings.Timeline);
        bool done = Attempt(() =>
            Waiting.For(Task.Run(() => OutputOwner.WatchAsync(timeline, settings, log.Warning, () => TimelineRecorder.RecordAsync(
                timeline, $"publish {task.ProjectName}", log.Warning, () => RunAsync(job, cancellationToken))),
                CancellationToken.None), cancellationToken)(), cancellationToken);
        // Also kept after a failure, since earlier items have written their artifacts.
        if (files.TrySave() is { } unlisted)
            log.Warning(unlisted);
        done &= !_isStopped;
        if (done && !task.Log.HasLoggedErrors && HasItems)
            registry.WarnOfIdle(globals.Keys);
        if (!done || task.Log.HasLoggedErrors)
            Task.Run(failed.TellAsync, CancellationToken.None).GetAwaiter().GetResult();
        return done && !task.Log.HasLoggedErrors;
    }

    private ProducedContent? Read(
        ItemReader reader, PublishSettings settings, PublishStage stage, ref ImmutableArray<Diagnostic> problems)
    {
        if (task.BundleContent.Length == 0 && task.BundleImages.Length == 0 && task.ImageProjects.Length == 0)
            return null;
        ImageProjectReader projects = new(reader, _projectDirectory, settings.DryRun);
        ImmutableArray<ImageToPin> images = [.. reader.ReadImages(task.BundleImages),
            .. settings.SourceArchive.Length == 0 && stage is PublishStage.Whole or PublishStage.Plan
            ? projects.Read(task.ImageProjects, task.ProjectImages) : []];
        problems = problems.AddRange(projects.Problems);
        try
        {
            return ProducedContent.Read(
                settings, task.ProjectName, task.ProjectVersion ?? "", reader.ReadContent(task.BundleContent, _projectDirectory), images,
                _project, reader.ReadContentMetadata(task.BundleContent));
        }
        catch (AirgapException e)
        {
            problems = problems.Add(e.ToDiagnostic());
            return null;
        }
    }

    // The task's own thread reports the result at the end.
    private async Task<Action> RunAsync(Job job, CancellationToken cancellationToken)
    {
        using BuildObserver observer = new(log, TimeProvider.System);
        // A project that declares nothing has no plan: in a solution, only some projects may declare something.
        PrecomputedPlans? given = job.Stage is PublishStage.Shard or PublishStage.Finish && HasItems && job.Project.Problems.IsEmpty
            ? PrecomputedPlans.Read(job.Project.Settings, job.Registry) : null;
        ProjectPublisher publisher = new(job.Registry, observer)
        {
            Artifacts = job.Files,
            Given = given,
            Confirmed = job.Failed.Confirm,
            Fails = code => log.IsRaised(Diagnostic.FormatId(code)),
            RefusesAnonymous = job.Registry.FindAnonymousRefusalAsync,
            CountRetries = () => job.Registry.Statistics.Retries
        };
        using PreparedProject prepared = await publisher.PrepareAsync(job.Project, cancellationToken);
        foreach (Diagnostic warning in prepared.Warnings)
            log.Warning(warning);
        if (!prepared.Problems.IsEmpty)
            return () => LogErrors(prepared.Problems);
        if (job.Project.Settings.DryRun)
            return await PlanAsync(prepared, job, cancellationToken);
        // The build fails anyway: what somebody asked to be an error must not have moved anything by then.
        if (!log.Raised.IsEmpty)
        {
            _isStopped = true;
            return static () => { };
        }

        if (job.Stage == PublishStage.Plan)
            return await _stages.PlanAsync(prepared, job.Registry, PushAsync, cancellationToken);
        ProjectStages? stages = given is null ? null : new(given, job.Registry, job.Project.Settings, observer);
        if (stages is not null && job.Stage == PublishStage.Shard)
            return await _stages.SendAsync(prepared, stages, cancellationToken);
        if (prepared.Bundle is not null)
            task.ProducedBundles = OutputItems.Produced(prepared.Bundle);
        PublishResult result = stages is null ? await ProjectPublisher.RunAsync(prepared, PushAsync, cancellationToken)
            : await stages.FinishAsync(prepared, log.Error, cancellationToken);
        // What follows, such as an apply, has lines of its own.
        observer.Dispose();
        await job.Failed.SummarizeAsync(result, cancellationToken);
        string? applied = job.Project.Settings.Apply is not null && result.Failures.IsEmpty
            ? await new ToolApply(job.Project.Settings, log, TimeProvider.System).RunAsync(
                [.. result.ManifestsOf(job.Project.Settings)], cancellationToken) : null;
        return () => new RunReport(task, log).Report(result, job.Project.Settings, applied);

        async Task PushAsync(CancellationToken token)
        {
            PushResult pushed = await publisher.PushAsync(prepared, observer, token);
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {pushed.Reference}");
        }
    }

    private async Task<Action> PlanAsync(PreparedProject prepared, Job job, CancellationToken cancellationToken)
    {
        PublishPlan plan = await ProjectPublisher.PlanAsync(prepared, cancellationToken);
        if (!plan.Refusals.IsEmpty)
            return () => LogErrors(plan.Refusals);
        if (plan.Document.Items.IsEmpty)
            return static () => { };
        string path = Path.Combine(job.Project.Settings.FullOutputPath, PlanWriter.FileName);
        await PlanWriter.WriteAsync(path, plan.Document, cancellationToken);
        PublishedFile file = new(path, PublishedFileKind.Plan) { Written = PublishedFileList.DigestOf(path) };
        job.Files.Add(file);
        return () => new RunReport(task, log).Report(plan, file);
    }

    private void LogErrors(ImmutableArray<Diagnostic> problems)
    {
        foreach (Diagnostic problem in problems)
            log.Error(problem);
    }

    private bool Attempt(Action action, CancellationToken cancellationToken)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested
            && e is OperationCanceledException or AirgapException { Code: ErrorCode.Canceled })
        {
            // MSBuild itself reports the cancelled build.
            return false;
        }
        catch (AirgapException e)
        {
            log.Error(e.ToDiagnostic());
            return false;
        }
    }

    private bool HasItems =>
        task.Bundles.Length + task.Images.Length + task.Locks.Length + task.BundleContent.Length + task.BundleImages.Length
            + task.ImageProjects.Length > 0;

    private sealed record Job(DeclaredProject Project, BuildRegistry Registry, PublishedFileList Files, PublishStage Stage,
        FailedBuild Failed);
}
