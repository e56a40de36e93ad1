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

    private readonly SourceLocation _project = new(task.ProjectFile);
    private readonly string _projectDirectory = Path.GetDirectoryName(task.ProjectFile)!;

    /// <summary>Runs.</summary>
    /// <returns>False when an error was logged or the run was cancelled.</returns>
    public bool Execute(CancellationToken cancellationToken)
    {
        PublishSettings settings = PublishProperties.Read(_projectDirectory, PropertyOf, _project, out ImmutableArray<Diagnostic> problems);
        foreach (Diagnostic typo in PublishProperties.FindTypos(GlobalProperties(), _project))
            log.Warning(typo);
        foreach ((string name, SourceLocation place) in WrittenProperties.Find(WrittenProperties.FilesOf(task.ProjectFile)))
        {
            if (PublishProperties.FindSlip(name, place) is { } slip)
                log.Warning(slip);
        }

        PublishItem[] items = new ItemReader().Read(task.Bundles, task.Images, task.Locks);
        PublishedFileList files = new(settings.FullPath(task.ArtifactList));
        using BuildRegistry registry = new(log);
        Publisher publisher = new(registry, new BuildObserver(log, TimeProvider.System)) { OnArtifact = files.Add };
        problems = [.. problems, .. publisher.Validate(items, settings)];
        foreach (Diagnostic problem in problems)
            log.Error(problem);
        if (problems.Length > 0)
            return false;

        bool done = Attempt(() => Report(Wait(Task.Run(() => RunAsync(publisher, items, settings, cancellationToken), CancellationToken.None), cancellationToken), settings), cancellationToken);
        // Kept after a failure, too: the items before it have left their artifacts.
        bool listed = Attempt(files.Save, CancellationToken.None);
        return done && listed && !task.Log.HasLoggedErrors;
    }

    private async Task<PublishResult?> RunAsync(Publisher publisher, PublishItem[] items, PublishSettings settings, CancellationToken cancellationToken)
    {
        ImmutableArray<Diagnostic> problems = await publisher.ResolveAsync(items, settings, cancellationToken);
        foreach (Diagnostic problem in problems)
            log.Error(problem);
        return problems.IsEmpty ? await publisher.RunAsync(items, settings, cancellationToken) : null;
    }

    private bool Attempt(Action action, CancellationToken cancellationToken)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or AirgapException { Code: ErrorCode.Canceled })
        {
            // The user knows; MSBuild reports the cancelled build itself.
            return false;
        }
        catch (AirgapException e)
        {
            log.Error(e.ToDiagnostic());
            return false;
        }
    }

    private void Report(PublishResult? result, PublishSettings settings)
    {
        if (result is null)
            return;
        task.Manifests = OutputItems.Files(result, PublishedFileKind.PackageRepository);
        task.LockFiles = OutputItems.Files(result, PublishedFileKind.Lock);
        task.Reports = OutputItems.Files(result, PublishedFileKind.Report);
        task.Archives = OutputItems.Files(result, PublishedFileKind.Archive);
        task.Relocated = OutputItems.Items(result);
        if (result.Lock is { IsNone: false } changed)
            log.Message(MessageImportance.High, $"  {changed.Path}: {changed}");
        // Without a destination the project publishes as it always did, and the line of dotnet publish stays the last one.
        if (result.Items.Length > 0)
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {settings.FullOutputPath} ({result.Summary})");
        else if (result.Lock is { } updated)
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {updated.Path} ({result.Summary})");
    }

    // A task of MSBuild is synchronous; the work runs on the thread pool, so that waiting here cannot block it.
    private static PublishResult? Wait(Task<PublishResult?> running, CancellationToken cancellationToken)
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
        PropertyNames.LockFile => task.AirgapLockFile,
        PropertyNames.UseLockFile => task.AirgapUseLockFile,
        PropertyNames.LockedMode => task.AirgapLockedMode,
        PropertyNames.UpdateLock => task.AirgapUpdateLock,
        _ => null,
    };
}
