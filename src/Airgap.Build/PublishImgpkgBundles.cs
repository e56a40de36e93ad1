using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Relocates a project's bundles, images and locks and writes their artifacts. All failures are logged with an <c>AIRGAP</c> code.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImgpkgBundles : DeclarationTask
{
    /// <summary>The items <c>ImgpkgBundleContent</c>.</summary>
    public ITaskItem[] BundleContent { get; set; } = [];

    /// <summary>The items <c>ImgpkgBundleImage</c>.</summary>
    public ITaskItem[] BundleImages { get; set; } = [];

    /// <summary>The items <c>ProjectReference</c> whose projects' container images the bundle pins.</summary>
    public ITaskItem[] ImageProjects { get; set; } = [];

    /// <summary>
    /// The results of the target <c>PublishAirgapImage</c> in these projects, or of <c>GetAirgapImage</c> if nothing
    /// was published.
    /// </summary>
    public ITaskItem[] ProjectImages { get; set; } = [];

    /// <summary>The project's version, the default of <see cref="DeclarationTask.AirgapBundleTag"/>.</summary>
    public string? ProjectVersion { get; set; }

    /// <summary>The commit of the project's sources, from the SDK.</summary>
    public string? SourceRevisionId { get; set; }

    /// <summary>The address of their repository, from the SDK.</summary>
    public string? RepositoryUrl { get; set; }

    /// <summary>The folder that the project was published to; empty if it was not published.</summary>
    public string? PublishFolder { get; set; }

    /// <summary>
    /// True for a project with a container destination, which may reference this package only for that.
    /// </summary>
    public bool PublishesContainer { get; set; }

    /// <summary>The file that lists the artifacts a clean removes, relative to the project's folder.</summary>
    [Required]
    public string ArtifactList { get; set; } = "";

    /// <summary>
    /// <c>plan</c> to write a plan, <c>finish</c> to finish one; empty for a publish, or a part of a plan
    /// (<see cref="DeclarationTask.AirgapShard"/>).
    /// </summary>
    public string? Stage { get; set; }

    /// <summary>The PackageRepository manifests.</summary>
    [Output]
    public ITaskItem[] Manifests { get; internal set; } = [];

    /// <summary>The placeholder Secrets.</summary>
    [Output]
    public ITaskItem[] Secrets { get; internal set; } = [];

    /// <summary>The lock files.</summary>
    [Output]
    public ITaskItem[] LockFiles { get; internal set; } = [];

    /// <summary><c>kustomization.yaml</c>.</summary>
    [Output]
    public ITaskItem[] Kustomizations { get; internal set; } = [];

    /// <summary><c>relocation.json</c> and <c>relocation.html</c>.</summary>
    [Output]
    public ITaskItem[] Reports { get; internal set; } = [];

    /// <summary><c>plan.json</c>, of a dry run; or the plan that several processes carry out.</summary>
    [Output]
    public ITaskItem[] Plans { get; internal set; } = [];

    /// <summary>The archives.</summary>
    [Output]
    public ITaskItem[] Archives { get; internal set; } = [];

    /// <summary>
    /// The bundle made from the project's content: Include is its pushed reference, by digest; the metadata are digest
    /// and tag.
    /// </summary>
    [Output]
    public ITaskItem[] ProducedBundles { get; internal set; } = [];

    /// <summary>The relocated items: Include is the destination, the metadata are source, digest, tag and outcome.</summary>
    [Output]
    public ITaskItem[] Relocated { get; internal set; } = [];

    /// <summary>The types and Includes of all declared items.</summary>
    internal (string Type, string Include)[] DeclaredItems =>
    [
        .. Bundles.Select(item => ("ImgpkgBundle", item.ItemSpec)), .. Images.Select(item => ("ImgpkgImage", item.ItemSpec)),
        .. Locks.Select(item => ("ImgpkgLock", item.ItemSpec)), .. Trust.Select(item => ("ImgpkgTrust", item.ItemSpec)),
        .. BundleContent.Select(item => ("ImgpkgBundleContent", item.ItemSpec)),
        .. BundleImages.Select(item => ("ImgpkgBundleImage", item.ItemSpec)),
    ];

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken) =>
        new PublishRun(this, log).Execute(cancellationToken);
}
