using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Declarations;

/// <summary>A project's properties that matter for relocation.</summary>
internal sealed record PublishSettings
{
    /// <summary>Full path of the project's folder, from which relative paths start.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>The project's name; empty where it is not known.</summary>
    internal string ProjectName { get; init; } = "";

    /// <summary>
    /// <c>AirgapRegistry</c>: host and path prefix of the destination, or several with semicolons between them (<see cref="Sides"/>); empty
    /// for none.
    /// </summary>
    public string Registry { get; init; } = "";

    /// <summary><c>AirgapRepositoryTemplate</c>: the repository of each image, by where it comes from; empty for the item's one.</summary>
    internal string RepositoryTemplate { get; init; } = "";

    /// <summary><c>AirgapMirrorConfiguration</c>: the configurations of mirrors to write.</summary>
    internal ImmutableArray<MirrorFormat> MirrorFormats { get; init; } = [];

    /// <summary><c>AirgapArchive</c>: a tar for one item, or of an OCI layout for all; a folder for several; empty for none.</summary>
    public string Archive { get; init; } = "";

    /// <summary><c>AirgapArchiveFormat</c>: imgpkg's tar, or an OCI image layout in a tar.</summary>
    internal ArchiveFormat ArchiveFormat { get; init; }

    /// <summary><c>AirgapArchiveVolumeSize</c>: the most bytes of a part; null for archives of one file.</summary>
    internal long? ArchiveVolumeSize { get; init; }

    /// <summary><c>AirgapArchiveBase</c>: what the archives that are written build on, as the project names it.</summary>
    internal ImmutableArray<string> ArchiveBase { get; init; } = [];

    /// <summary><c>AirgapMountFrom</c>: repositories that have layers which a delta requires.</summary>
    internal ImmutableArray<RepositoryName> MountFrom { get; init; } = [];

    /// <summary><c>AirgapReceipt</c>: the receipt to write of what the registry holds; empty for none.</summary>
    internal string Receipt { get; init; } = "";

    /// <summary><c>AirgapPartsIn</c>: full paths of folders in which parts of the source archives may lie.</summary>
    internal ImmutableArray<string> PartsIn { get; init; } = [];

    /// <summary>
    /// <c>AirgapSourceArchive</c>: relocate out of this tar, or folder of tars, or several that are one chain of deltas, with semicolons
    /// between them; empty for none.
    /// </summary>
    public string SourceArchive { get; init; } = "";

    /// <summary><c>AirgapOutputPath</c>: the folder of the artifacts.</summary>
    public required string OutputPath { get; init; }

    /// <summary>
    /// <c>AirgapKustomization</c>: true to write a <c>kustomization.yaml</c> among the artifacts, where there are manifests.
    /// </summary>
    public bool Kustomization { get; init; } = true;

    /// <summary><c>AirgapSecretManifests</c>: true to have the placeholder Secrets among the manifests, and applied with them.</summary>
    internal bool SecretManifests { get; init; }

    /// <summary>What becomes of the manifests in a cluster; null for nothing.</summary>
    internal ApplySettings? Apply { get; init; }

    /// <summary>True to carry non-distributable layers.</summary>
    public bool IncludeNonDistributableLayers { get; init; }

    /// <summary><c>AirgapArtifacts</c>: which of the things that are attached to images go along.</summary>
    internal ArtifactChoice Artifacts { get; init; } = ArtifactChoice.All;

    /// <summary>True to relocate the other images and items when one fails.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>True to read everything that a registry has and to send again what is missing or damaged.</summary>
    internal bool Repair { get; init; }

    /// <summary>Blobs transferred at once, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// <c>AirgapLockTimeout</c>: the longest wait for another run that writes to the same destination;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How registries are reached.</summary>
    public RegistryAccess Access { get; init; } = new();

    /// <summary>
    /// <c>AirgapSummary</c>: the file of the Markdown summary; <c>none</c> or <c>false</c> for none; empty for the job summary of the CI
    /// system, if there is one.
    /// </summary>
    public string Summary { get; init; } = "";

    /// <summary>
    /// <c>AirgapDryRun</c>: true where <see cref="Publisher.PlanAsync"/> is to be called and not <see cref="Publisher.RunAsync"/>.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary><c>AirgapLockFile</c>: the project's lock, which need not exist.</summary>
    public string LockFile { get; init; } = "airgap.lock.json";

    /// <summary><c>AirgapUseLockFile</c>: true to have a lock written, false to have none; null to use one that is there.</summary>
    public bool? UseLockFile { get; init; }

    /// <summary><c>AirgapLockedMode</c>: true to fail where the lock and what would be relocated differ.</summary>
    public bool LockedMode { get; init; }

    /// <summary><c>AirgapUpdateLock</c>: true to lock what the tags stand for now.</summary>
    public bool UpdateLock { get; init; }

    /// <summary><c>AirgapPolicy</c>: a policy.json, by which every image is judged; empty for none.</summary>
    internal string Policy { get; init; } = "";

    /// <summary>The items <c>ImgpkgTrust</c>: who has to have signed, by place.</summary>
    internal ImmutableArray<TrustItem> Trust { get; init; } = [];

    /// <summary><c>AirgapSigningKey</c>: a private key, PEM; empty for none.</summary>
    internal string SigningKey { get; init; } = "";

    /// <summary><c>AirgapSigningKeyPasswordFile</c>: the file with its password; empty to look into the environment.</summary>
    internal string SigningKeyPasswordFile { get; init; } = "";

    /// <summary><c>AirgapSigningCommand</c>: a program that signs; empty for none.</summary>
    internal string SigningCommand { get; init; } = "";

    /// <summary><c>AirgapSignImages</c>: <c>tag</c> or <c>referrer</c>; empty to sign no images.</summary>
    internal string SignImages { get; init; } = "";

    /// <summary><c>AirgapVerifyArchive</c>: public keys, one of which has to have signed the source archive; empty for nobody.</summary>
    internal ImmutableArray<string> VerifyArchive { get; init; } = [];

    /// <summary><c>AirgapVerifyBase</c>: public keys, one of which has to have signed what a delta builds on; empty for nobody.</summary>
    internal ImmutableArray<string> VerifyBase { get; init; } = [];

    /// <summary><c>AirgapAuditLog</c>: the log to append to; empty for none.</summary>
    internal string AuditLog { get; init; } = "";

    /// <summary><c>AirgapRecordUser</c>: true to name user and machine in receipts and logs.</summary>
    internal bool RecordUser { get; init; }

    /// <summary><c>AirgapGateCommand</c>: the command that has to agree; empty for none.</summary>
    internal string GateCommand { get; init; } = "";

    /// <summary><c>AirgapGateContent</c>: true to give the gate the content, as an OCI layout.</summary>
    internal bool GateContent { get; init; }

    /// <summary><c>AirgapGateVariables</c>: variables that the gate gets besides the common ones.</summary>
    internal ImmutableArray<string> GateVariables { get; init; } = [];

    /// <summary><c>AirgapGateTimeout</c>: how long the gate may take; null for the default.</summary>
    internal TimeSpan? GateTimeout { get; init; }

    /// <summary><c>AirgapProvenance</c>: true to attach the provenance of the bundle that the project makes.</summary>
    internal bool Provenance { get; init; }

    /// <summary>The address of the project's sources, as the SDK knows it; empty for none.</summary>
    internal string SourceRepository { get; init; } = "";

    /// <summary>Their commit, as the SDK knows it; empty for none.</summary>
    internal string SourceRevision { get; init; } = "";

    /// <summary><c>AirgapBundleRepository</c>: where the bundle of the project's content is pushed; empty for nowhere.</summary>
    public string BundleRepository { get; init; } = "";

    /// <summary><c>AirgapBundleTag</c>: that bundle's tag; empty for the project's version.</summary>
    public string BundleTag { get; init; } = "";

    /// <summary>Full path of the lock.</summary>
    public string FullLockFile => FullPath(LockFile);

    /// <summary>Full path of the folder of the artifacts, with a separator at its end.</summary>
    public string FullOutputPath => Path.TrimEndingDirectorySeparator(FullPath(OutputPath)) + Path.DirectorySeparatorChar;

    /// <summary>The full path of a path that a project gives.</summary>
    public string FullPath(string path) => Path.GetFullPath(Portable(path), ProjectDirectory);

    /// <summary>True when the text names a folder by its last character.</summary>
    internal static bool NamesFolder(string path) => Portable(path).EndsWith(Path.DirectorySeparatorChar);

    // Project files are written with either slash, on every system.
    private static string Portable(string path) =>
        path.Replace('\\', Path.DirectorySeparatorChar).Replace('/', Path.DirectorySeparatorChar);
}
