using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Relocates a project's bundles, images and locks and writes their artifacts. All failures are logged with an <c>AIRGAP</c> code.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImgpkgBundles : Microsoft.Build.Utilities.Task, ICancelableTask
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>The items <c>ImgpkgBundle</c>.</summary>
    public ITaskItem[] Bundles { get; set; } = [];

    /// <summary>The items <c>ImgpkgImage</c>.</summary>
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>The items <c>ImgpkgLock</c>.</summary>
    public ITaskItem[] Locks { get; set; } = [];

    /// <summary>The items <c>ImgpkgBundleContent</c>.</summary>
    public ITaskItem[] BundleContent { get; set; } = [];

    /// <summary>The items <c>ImgpkgBundleImage</c>.</summary>
    public ITaskItem[] BundleImages { get; set; } = [];

    /// <summary>The project's version, the default of <see cref="AirgapBundleTag"/>.</summary>
    public string? ProjectVersion { get; set; }

    /// <summary>Full path of the project file; relative paths start at its folder.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The project's name, for the result line.</summary>
    [Required]
    public string ProjectName { get; set; } = "";

    /// <summary>The property of that name.</summary>
    public string? AirgapRegistry { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapArchive { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSourceArchive { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapOutputPath { get; set; }

    /// <summary>The property of that name; text, so that a wrong value has our code and the project's place.</summary>
    public string? AirgapIncludeNonDistributableLayers { get; set; }

    /// <summary>The property of that name; text, so that a wrong value has our code and the project's place.</summary>
    public string? AirgapKeepGoing { get; set; }

    /// <summary>The property of that name; text, so that a wrong value has our code and the project's place.</summary>
    public string? AirgapConcurrency { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapKustomization { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapDryRun { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSummary { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapLockFile { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapUseLockFile { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapLockedMode { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapUpdateLock { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapBundleRepository { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapBundleTag { get; set; }

    /// <summary>The file that remembers which artifacts a clean removes, relative to the project's folder.</summary>
    [Required]
    public string ArtifactList { get; set; } = "";

    /// <summary>The PackageRepository manifests.</summary>
    [Output]
    public ITaskItem[] Manifests { get; internal set; } = [];

    /// <summary>The lock files.</summary>
    [Output]
    public ITaskItem[] LockFiles { get; internal set; } = [];

    /// <summary><c>kustomization.yaml</c>.</summary>
    [Output]
    public ITaskItem[] Kustomizations { get; internal set; } = [];

    /// <summary><c>relocation.json</c> and <c>relocation.html</c>.</summary>
    [Output]
    public ITaskItem[] Reports { get; internal set; } = [];

    /// <summary><c>plan.json</c>, of a dry run.</summary>
    [Output]
    public ITaskItem[] Plans { get; internal set; } = [];

    /// <summary>The archives.</summary>
    [Output]
    public ITaskItem[] Archives { get; internal set; } = [];

    /// <summary>The bundle that was made of the project's content: Include is where it was pushed, by digest, metadata tell digest and tag.</summary>
    [Output]
    public ITaskItem[] ProducedBundles { get; internal set; } = [];

    /// <summary>The relocated items: Include is the destination, metadata tell source, digest, tag and outcome.</summary>
    [Output]
    public ITaskItem[] Relocated { get; internal set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        BuildLog? log = null;
        IBuildEngine3? engine = BuildEngine as IBuildEngine3;
        // The node may build other projects while this one waits for the network.
        engine?.Yield();
        try
        {
            log = new BuildLog(Log, ProjectFile, BuildLog.PackageHelpUrl);
            return new PublishRun(this, log).Execute(_cancellation.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Anything that gets out of here is an MSB4018 with a stack, which says nothing to a user.
            Tell(log, e);
            return false;
        }
        finally
        {
            log?.Close();
            engine?.Reacquire();
        }
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException)
        {
            // Whoever was told could not take it. The run is over all the same, and the build is told that, not this.
        }
    }

    private void Tell(BuildLog? log, Exception exception)
    {
        try
        {
            log!.Unexpected(exception);
        }
        catch (Exception) when (!Log.HasLoggedErrors)
        {
            // It was the log that failed: MSBuild's own is left.
            Log.LogError(null, "AIRGAP3999", null, null, ProjectFile, 0, 0, 0, 0, $"Something went wrong inside Airgap.Build: {exception.GetType().Name}: {exception.Message}");
        }
        catch (Exception)
        {
            // The error is told; only its stack is not.
        }
    }
}
