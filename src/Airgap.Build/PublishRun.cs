using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Publishing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>One run of the task: items in, <see cref="Publisher"/>, items out.</summary>
internal sealed class PublishRun(PublishImgpkgBundles task, BuildLog log)
{
    /// <summary>How long a cancelled run may take to put things away before the build goes on without it.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs.</summary>
    /// <returns>False when an error was logged or the run was cancelled.</returns>
    public bool Execute(CancellationToken cancellationToken)
    {
        SourceLocation project = new(task.ProjectFile);
        string projectDirectory = Path.GetDirectoryName(task.ProjectFile)!;
        PublishSettings settings = PublishProperties.Read(projectDirectory, PropertyOf, project, out ImmutableArray<Diagnostic> problems);
        foreach (Diagnostic typo in PublishProperties.FindTypos(GlobalProperties(), project))
            log.Warning(typo);

        PublishItem[] items = new ItemReader().Read(task.Bundles, task.Images, task.Locks);
        ArtifactList artifacts = new(Path.GetFullPath(task.ArtifactList, projectDirectory));
        using BuildRegistry registry = new(log);
        Publisher publisher = new(registry, new BuildObserver(log, TimeProvider.System)) { OnArtifact = artifacts.Add };
        problems = [.. problems, .. publisher.Validate(items, settings)];
        foreach (Diagnostic problem in problems)
            log.Error(problem with { Location = problem.Location ?? project });
        if (problems.Length > 0)
            return false;

        try
        {
            PublishResult result = Wait(Task.Run(() => publisher.RunAsync(items, settings, cancellationToken), CancellationToken.None), cancellationToken);
            Report(result, settings);
            return true;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled || !cancellationToken.IsCancellationRequested)
        {
            log.Error(e.ToDiagnostic() with { Location = e.Location ?? project });
            return false;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or AirgapException)
        {
            // The user knows; MSBuild reports the cancelled build itself.
            return false;
        }
        finally
        {
            artifacts.Save();
        }
    }

    private void Report(PublishResult result, PublishSettings settings)
    {
        task.Manifests = OutputItems.Files(result, PublishedFileKind.PackageRepository);
        task.LockFiles = OutputItems.Files(result, PublishedFileKind.Lock);
        task.Reports = OutputItems.Files(result, PublishedFileKind.Report);
        task.Archives = OutputItems.Files(result, PublishedFileKind.Archive);
        task.Relocated = OutputItems.Items(result);
        // Without a destination the project publishes as it always did, and the line of dotnet publish stays the last one.
        if (result.Items.Length > 0)
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {settings.FullOutputPath} ({result.Summary})");
    }

    // A task of MSBuild is synchronous; the work runs on the thread pool, so that waiting here cannot block it.
    private static PublishResult Wait(Task<PublishResult> running, CancellationToken cancellationToken)
    {
        using ManualResetEventSlim overdue = new();
        using Timer timer = new(_ => overdue.Set());
        using CancellationTokenRegistration registration = cancellationToken.Register(() => timer.Change(s_grace, Timeout.InfiniteTimeSpan));
        int first = WaitHandle.WaitAny([((IAsyncResult)running).AsyncWaitHandle, overdue.WaitHandle]);
        return first == 0 ? running.GetAwaiter().GetResult() : throw new OperationCanceledException(cancellationToken);
    }

    private IEnumerable<string> GlobalProperties() =>
        task.BuildEngine is IBuildEngine6 engine ? engine.GetGlobalProperties().Keys : [];

    private string? PropertyOf(string name) => name switch
    {
        PropertyNames.Registry => task.AirgapRegistry,
        PropertyNames.Archive => task.AirgapArchive,
        PropertyNames.SourceArchive => task.AirgapSourceArchive,
        PropertyNames.OutputPath => task.AirgapOutputPath,
        PropertyNames.IncludeNonDistributableLayers => task.AirgapIncludeNonDistributableLayers,
        PropertyNames.Concurrency => task.AirgapConcurrency,
        _ => null,
    };
}
