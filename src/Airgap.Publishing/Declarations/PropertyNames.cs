namespace Airgap.Publishing.Declarations;

/// <summary>The properties of a project that a user may set.</summary>
internal static partial class PropertyNames
{
    /// <summary>The common prefix.</summary>
    public const string Prefix = "Airgap";

    /// <summary>MSBuild's property of the command line for a project that is built with its solution.</summary>
    internal const string OfSolution = "SolutionPath";

    /// <summary>Host and path prefix of the destination.</summary>
    public const string Registry = "AirgapRegistry";

    /// <summary>The template for each image's repository, made from its source.</summary>
    internal const string RepositoryTemplate = "AirgapRepositoryTemplate";

    /// <summary>The mirror configurations to write, for workloads whose references stay as they are.</summary>
    internal const string MirrorConfiguration = "AirgapMirrorConfiguration";

    /// <summary>The archive, or the folder of archives, to write.</summary>
    public const string Archive = "AirgapArchive";

    /// <summary>The format of the archives to write.</summary>
    internal const string ArchiveFormat = "AirgapArchiveFormat";

    /// <summary>The maximum size of a part, for archives written in parts.</summary>
    internal const string ArchiveVolumeSize = "AirgapArchiveVolumeSize";

    /// <summary>Folders with parts of the source archives.</summary>
    internal const string PartsIn = "AirgapPartsIn";

    /// <summary>The bases of the archives to write.</summary>
    internal const string ArchiveBase = "AirgapArchiveBase";

    /// <summary>The archive, or the folder of archives, to relocate from.</summary>
    public const string SourceArchive = "AirgapSourceArchive";

    /// <summary>Repositories of the destination's registry with layers that a delta requires.</summary>
    internal const string MountFrom = "AirgapMountFrom";

    /// <summary>The file of the plan that several processes carry out.</summary>
    internal const string Plan = "AirgapPlan";

    /// <summary>Which part of the plan is sent, such as <c>3/8</c>.</summary>
    internal const string Shard = "AirgapShard";

    /// <summary>How many parts the plan has.</summary>
    internal const string Shards = "AirgapShards";

    /// <summary>The receipt to write about the registry's content.</summary>
    internal const string Receipt = "AirgapReceipt";

    /// <summary>The folder of the artifacts.</summary>
    public const string OutputPath = "AirgapOutputPath";

    /// <summary><c>false</c> to write no <c>kustomization.yaml</c> among the artifacts.</summary>
    public const string Kustomization = "AirgapKustomization";

    /// <summary><c>true</c> to write the placeholder Secrets among the manifests.</summary>
    internal const string SecretManifests = "AirgapSecretManifests";

    /// <summary><c>true</c> to apply the manifests to a cluster after everything is relocated.</summary>
    internal const string Apply = "AirgapApply";

    /// <summary>The context that the kubeconfig of <c>KUBECONFIG</c> must have as its current one.</summary>
    internal const string ApplyContext = "AirgapApplyContext";

    /// <summary>The longest wait for the PackageRepositories to reconcile, or <c>none</c>.</summary>
    internal const string ApplyWait = "AirgapApplyWait";

    /// <summary><c>false</c> to relocate nothing on <c>dotnet publish</c>.</summary>
    public const string OnPublish = "AirgapOnPublish";

    /// <summary><c>true</c> to also copy non-distributable layers.</summary>
    public const string IncludeNonDistributableLayers = "AirgapIncludeNonDistributableLayers";

    /// <summary>Which artifacts are also copied: <c>all</c>, <c>signatures</c> or <c>none</c>.</summary>
    internal const string Artifacts = "AirgapArtifacts";

    /// <summary><c>true</c> to relocate the other images and items when one fails.</summary>
    public const string KeepGoing = "AirgapKeepGoing";

    /// <summary><c>true</c> to read everything in the registry, and to send again what is missing or damaged.</summary>
    internal const string Repair = "AirgapRepair";

    /// <summary><c>true</c> to ask the registry for many manifests or layers with one request.</summary>
    internal const string AskInBulk = "AirgapAskInBulk";

    /// <summary>Plans of earlier runs, whose manifests are not fetched again.</summary>
    internal const string EarlierPlan = "AirgapEarlierPlan";

    /// <summary>The number of blobs transferred at once.</summary>
    public const string Concurrency = "AirgapConcurrency";

    /// <summary>The longest wait for another run that writes to the same destination.</summary>
    public const string LockTimeout = "AirgapLockTimeout";

    /// <summary><c>true</c> to show what would be relocated, without relocating it.</summary>
    public const string DryRun = "AirgapDryRun";

    /// <summary>The file of the Markdown summary, or <c>none</c>.</summary>
    public const string Summary = "AirgapSummary";

    /// <summary>The file of the run's timeline.</summary>
    internal const string Timeline = "AirgapTimeline";

    /// <summary>The project's lock file.</summary>
    public const string LockFile = "AirgapLockFile";

    /// <summary><c>true</c> to write a lock file if there is none yet.</summary>
    public const string UseLockFile = "AirgapUseLockFile";

    /// <summary><c>true</c> to fail if the lock file differs from what would be relocated.</summary>
    public const string LockedMode = "AirgapLockedMode";

    /// <summary><c>true</c> to lock the digests that the tags point to now.</summary>
    public const string UpdateLock = "AirgapUpdateLock";

    /// <summary>The repository for the bundle of the project's content.</summary>
    public const string BundleRepository = "AirgapBundleRepository";

    /// <summary>The tag of the bundle of the project's content.</summary>
    public const string BundleTag = "AirgapBundleTag";

    /// <summary><c>false</c> in a project whose container is not pinned by a bundle.</summary>
    public const string Image = "AirgapImage";
}
