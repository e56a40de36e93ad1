using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Relocates a project's bundles, images and locks and writes their artifacts. All failures are logged with an <c>AIRGAP</c> code.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImgpkgBundles : RegistryTask
{
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

    /// <summary>The items <c>ProjectReference</c> whose projects' container images the bundle pins.</summary>
    public ITaskItem[] ImageProjects { get; set; } = [];

    /// <summary>What the targets <c>PublishAirgapImage</c> of these projects returned; of <c>GetAirgapImage</c>, where nothing was published.</summary>
    public ITaskItem[] ProjectImages { get; set; } = [];

    /// <summary>The project's version, the default of <see cref="AirgapBundleTag"/>.</summary>
    public string? ProjectVersion { get; set; }

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

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken) => new PublishRun(this, log).Execute(cancellationToken);
}
