using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>A project's settings for relocation.</summary>
internal sealed partial record PublishSettings
{
    /// <summary>Full path of the project's folder, the base of relative paths.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>The properties of the command line, with their values, by names in any case.</summary>
    internal ImmutableDictionary<string, string> Given { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The project's name; empty if unknown.</summary>
    internal string ProjectName { get; init; } = "";

    /// <summary>
    /// <c>AirgapRegistry</c>: host and path prefix of the destination, or several separated by semicolons
    /// (<see cref="RegistryList"/>); empty for none.
    /// </summary>
    public string Registry { get; init; } = "";

    /// <summary>
    /// <c>AirgapRepositoryTemplate</c>: the template for each image's repository, made from its source; empty for the
    /// item's one repository.
    /// </summary>
    internal string RepositoryTemplate { get; init; } = "";

    /// <summary><c>AirgapMirrorConfiguration</c>: the mirror configurations to write.</summary>
    internal ImmutableArray<MirrorFormat> MirrorFormats { get; init; } = [];

    /// <summary>
    /// <c>AirgapArchive</c>: a tar for one item, an OCI layout in a tar for all items, or a folder for several tars;
    /// empty for none.
    /// </summary>
    public string Archive { get; init; } = "";

    /// <summary><c>AirgapArchiveFormat</c>: imgpkg's tar, or an OCI image layout in a tar.</summary>
    internal ArchiveFormat ArchiveFormat { get; init; }

    /// <summary>
    /// <c>AirgapArchiveVolumeSize</c>: the maximum size of a part, in bytes; null for archives in one file.
    /// </summary>
    internal long? ArchiveVolumeSize { get; init; }

    /// <summary><c>AirgapArchiveBase</c>: the bases of the archives to write, as in the project.</summary>
    internal ImmutableArray<string> ArchiveBase { get; init; } = [];

    /// <summary><c>AirgapMountFrom</c>: repositories with layers that a delta requires.</summary>
    internal ImmutableArray<RepositoryName> MountFrom { get; init; } = [];

    /// <summary><c>AirgapReceipt</c>: the receipt to write about the registry's content; empty for none.</summary>
    internal string Receipt { get; init; } = "";

    /// <summary><c>AirgapPartsIn</c>: full paths of folders with parts of the source archives.</summary>
    internal ImmutableArray<string> PartsIn { get; init; } = [];

    /// <summary>
    /// <c>AirgapSourceArchive</c>: the tar or folder of tars to relocate from, or several, separated by semicolons,
    /// that form one chain of deltas; empty for none.
    /// </summary>
    public string SourceArchive { get; init; } = "";

    /// <summary><c>AirgapOutputPath</c>: the folder of the artifacts.</summary>
    public required string OutputPath { get; init; }

    /// <summary>
    /// <c>AirgapKustomization</c>: true to write a <c>kustomization.yaml</c> among the artifacts, if there are
    /// manifests.
    /// </summary>
    public bool Kustomization { get; init; } = true;

    /// <summary>
    /// <c>AirgapSecretManifests</c>: true to write the placeholder Secrets among the manifests, where they are applied.
    /// </summary>
    internal bool SecretManifests { get; init; }

    /// <summary>How the manifests are applied to a cluster; null to not apply them.</summary>
    internal ApplySettings? Apply { get; init; }

    /// <summary>True to also copy non-distributable layers.</summary>
    public bool IncludeNonDistributableLayers { get; init; }

    /// <summary><c>AirgapArtifacts</c>: which of the artifacts attached to images are copied.</summary>
    internal ArtifactChoice Artifacts { get; init; } = ArtifactChoice.All;

    /// <summary>True to relocate the other images and items when one fails.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>True to read everything in the registry, and to send again what is missing or damaged.</summary>
    internal bool Repair { get; init; }

    /// <summary><c>AirgapAskInBulk</c>: true to ask the registry for many manifests or layers with one request.</summary>
    internal bool AskInBulk { get; init; }

    /// <summary><c>AirgapEarlierPlan</c>: the plans of earlier runs, as in the project.</summary>
    internal ImmutableArray<string> EarlierPlan { get; init; } = [];

    /// <summary>The number of blobs transferred at once, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// <c>AirgapLockTimeout</c>: the longest wait for another run that writes to the same destination;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The settings for registry access.</summary>
    public RegistryAccess Access { get; init; } = new();

    /// <summary>
    /// <c>AirgapSummary</c>: the file of the Markdown summary; <c>none</c> or <c>false</c> for none; empty for the job summary of the CI
    /// system, if there is one.
    /// </summary>
    public string Summary { get; init; } = "";

    /// <summary><c>AirgapTimeline</c>: the file of the run's timeline; empty for none.</summary>
    internal string Timeline { get; init; } = "";

    /// <summary>
    /// <c>AirgapDryRun</c>: true to call <see cref="Publisher.PlanAsync"/> instead of <see cref="Publisher.RunAsync"/>.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary><c>AirgapPlan</c>: the file of the plan that several processes carry out; empty for none.</summary>
    internal string Plan { get; init; } = "";

    /// <summary><c>AirgapShard</c>: the part of the plan to send, as written; empty for none.</summary>
    internal string Shard { get; init; } = "";

    /// <summary><c>AirgapShards</c>: the number of parts; null if not given.</summary>
    internal int? Shards { get; init; }

    /// <summary><c>AirgapLockFile</c>: the project's lock, which need not exist.</summary>
    public string LockFile { get; init; } = "airgap.lock.json";

    /// <summary>
    /// <c>AirgapUseLockFile</c>: true to write a lock, false to have none; null to use an existing one.
    /// </summary>
    public bool? UseLockFile { get; init; }

    /// <summary><c>AirgapLockedMode</c>: true to fail if the lock differs from what would be relocated.</summary>
    public bool LockedMode { get; init; }

    /// <summary><c>AirgapUpdateLock</c>: true to lock the digests that the tags point to now.</summary>
    public bool UpdateLock { get; init; }

    /// <summary>The address of the project's sources, from the SDK; empty for none.</summary>
    internal string SourceRepository { get; init; } = "";

    /// <summary>Their commit, from the SDK; empty for none.</summary>
    internal string SourceRevision { get; init; } = "";

    /// <summary>
    /// <c>AirgapBundleRepository</c>: the repository to push the bundle of the project's content to; empty for none.
    /// </summary>
    public string BundleRepository { get; init; } = "";

    /// <summary><c>AirgapBundleTag</c>: that bundle's tag; empty for the project's version.</summary>
    public string BundleTag { get; init; } = "";

    /// <summary>Full path of the lock.</summary>
    public string FullLockFile => FullPath(LockFile);

    /// <summary>Full path of the folder of the artifacts, with a separator at its end.</summary>
    public string FullOutputPath => Path.TrimEndingDirectorySeparator(FullPath(OutputPath)) + Path.DirectorySeparatorChar;

    /// <summary>The full path for a path from a project.</summary>
    public string FullPath(string path) => Path.GetFullPath(Portable(path), ProjectDirectory);

    /// <summary>True when the text names a folder by its last character.</summary>
    internal static bool NamesFolder(string path) => Portable(path).EndsWith(Path.DirectorySeparatorChar);

    // Project files use either slash, on every system.
    private static string Portable(string path) =>
        path.Replace('\\', Path.DirectorySeparatorChar).Replace('/', Path.DirectorySeparatorChar);
}
