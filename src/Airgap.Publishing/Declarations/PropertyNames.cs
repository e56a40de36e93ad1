using System.Collections.Immutable;

namespace Airgap.Publishing.Declarations;

/// <summary>The properties of a project that a user may set.</summary>
internal static class PropertyNames
{
    /// <summary>What all of them start with.</summary>
    public const string Prefix = "Airgap";

    /// <summary>Host and path prefix of the destination.</summary>
    public const string Registry = "AirgapRegistry";

    /// <summary>The repository of each image, by where it comes from.</summary>
    internal const string RepositoryTemplate = "AirgapRepositoryTemplate";

    /// <summary>The configurations to write for workloads whose references nobody rewrites.</summary>
    internal const string MirrorConfiguration = "AirgapMirrorConfiguration";

    /// <summary>The archive, or the folder of archives, to write.</summary>
    public const string Archive = "AirgapArchive";

    /// <summary>The format of the archives that are written.</summary>
    internal const string ArchiveFormat = "AirgapArchiveFormat";

    /// <summary>The most bytes of a part, for archives that are written in parts.</summary>
    internal const string ArchiveVolumeSize = "AirgapArchiveVolumeSize";

    /// <summary>Folders in which parts of the archives that are read may lie.</summary>
    internal const string PartsIn = "AirgapPartsIn";

    /// <summary>What the archives that are written build on.</summary>
    internal const string ArchiveBase = "AirgapArchiveBase";

    /// <summary>The archive, or the folder of archives, to relocate from.</summary>
    public const string SourceArchive = "AirgapSourceArchive";

    /// <summary>Repositories of the destination's registry that have layers which a delta requires.</summary>
    internal const string MountFrom = "AirgapMountFrom";

    /// <summary>The receipt to write of what the registry holds.</summary>
    internal const string Receipt = "AirgapReceipt";

    /// <summary>The folder of the artifacts.</summary>
    public const string OutputPath = "AirgapOutputPath";

    /// <summary><c>false</c> to write no <c>kustomization.yaml</c> among the artifacts.</summary>
    public const string Kustomization = "AirgapKustomization";

    /// <summary><c>true</c> to have the placeholder Secrets among the manifests.</summary>
    internal const string SecretManifests = "AirgapSecretManifests";

    /// <summary><c>true</c> to bring the manifests into a cluster once everything is relocated.</summary>
    internal const string Apply = "AirgapApply";

    /// <summary>The context that the kubeconfig of <c>KUBECONFIG</c> must have as its current one.</summary>
    internal const string ApplyContext = "AirgapApplyContext";

    /// <summary>The longest wait for the PackageRepositories to reconcile, or <c>none</c>.</summary>
    internal const string ApplyWait = "AirgapApplyWait";

    /// <summary><c>false</c> so that <c>dotnet publish</c> relocates nothing.</summary>
    public const string OnPublish = "AirgapOnPublish";

    /// <summary><c>true</c> to carry layers that may not be redistributed.</summary>
    public const string IncludeNonDistributableLayers = "AirgapIncludeNonDistributableLayers";

    /// <summary>Which artifacts go along: <c>all</c>, <c>signatures</c> or <c>none</c>.</summary>
    internal const string Artifacts = "AirgapArtifacts";

    /// <summary><c>true</c> to relocate the other images and items when one fails.</summary>
    public const string KeepGoing = "AirgapKeepGoing";

    /// <summary><c>true</c> to read everything that a registry has, and to send again what is missing or damaged.</summary>
    internal const string Repair = "AirgapRepair";

    /// <summary>Blobs transferred at once.</summary>
    public const string Concurrency = "AirgapConcurrency";

    /// <summary>PEM files of certificate authorities to trust.</summary>
    public const string CaCertificates = "AirgapCaCertificates";

    /// <summary><c>false</c> to take any certificate.</summary>
    public const string VerifyCertificates = "AirgapVerifyCertificates";

    /// <summary><c>true</c> to try plain http on every host.</summary>
    public const string Insecure = "AirgapInsecure";

    /// <summary>The longest wait for a connection.</summary>
    public const string ConnectTimeout = "AirgapConnectTimeout";

    /// <summary>The longest wait for the headers of an answer.</summary>
    public const string ResponseHeaderTimeout = "AirgapResponseHeaderTimeout";

    /// <summary>The longest wait for the next byte of a body.</summary>
    public const string StallTimeout = "AirgapStallTimeout";

    /// <summary>Attempts of a request that fails with a transient error.</summary>
    public const string RetryCount = "AirgapRetryCount";

    /// <summary>The longest total wait for an overloaded registry.</summary>
    public const string LoadWait = "AirgapLoadWait";

    /// <summary>The longest wait for another run that writes to the same destination.</summary>
    public const string LockTimeout = "AirgapLockTimeout";

    /// <summary><c>true</c> to say what would move, and to move nothing.</summary>
    public const string DryRun = "AirgapDryRun";

    /// <summary>The file of the Markdown summary, or <c>none</c>.</summary>
    public const string Summary = "AirgapSummary";

    /// <summary>The project's lock file.</summary>
    public const string LockFile = "AirgapLockFile";

    /// <summary><c>true</c> to have a lock file written where there is none yet.</summary>
    public const string UseLockFile = "AirgapUseLockFile";

    /// <summary><c>true</c> to fail where the lock file and what would be relocated differ.</summary>
    public const string LockedMode = "AirgapLockedMode";

    /// <summary><c>true</c> to lock what the tags stand for now.</summary>
    public const string UpdateLock = "AirgapUpdateLock";

    /// <summary>A policy of who has to have signed.</summary>
    internal const string Policy = "AirgapPolicy";

    /// <summary>The private key that signs what is written.</summary>
    internal const string SigningKey = "AirgapSigningKey";

    /// <summary>The file with the password of that key.</summary>
    internal const string SigningKeyPasswordFile = "AirgapSigningKeyPasswordFile";

    /// <summary>A program that signs.</summary>
    internal const string SigningCommand = "AirgapSigningCommand";

    /// <summary>Where the images at the destination are signed.</summary>
    internal const string SignImages = "AirgapSignImages";

    /// <summary><c>true</c> to attach the provenance of the bundle that the project makes.</summary>
    internal const string Provenance = "AirgapProvenance";

    /// <summary>The public keys of those who may have signed an archive that is read.</summary>
    internal const string VerifyArchive = "AirgapVerifyArchive";

    /// <summary>The public keys of those who may have signed what a delta builds on.</summary>
    internal const string VerifyBase = "AirgapVerifyBase";

    /// <summary>The log to append to.</summary>
    internal const string AuditLog = "AirgapAuditLog";

    /// <summary><c>true</c> to name user and machine in receipts and logs.</summary>
    internal const string RecordUser = "AirgapRecordUser";

    /// <summary>The command that has to agree before anything moves.</summary>
    internal const string GateCommand = "AirgapGateCommand";

    /// <summary><c>true</c> to give the gate the content.</summary>
    internal const string GateContent = "AirgapGateContent";

    /// <summary>Variables that the gate gets.</summary>
    internal const string GateVariables = "AirgapGateVariables";

    /// <summary>How long the gate may take.</summary>
    internal const string GateTimeout = "AirgapGateTimeout";

    /// <summary>The repository that takes the bundle of the project's content.</summary>
    public const string BundleRepository = "AirgapBundleRepository";

    /// <summary>The tag of the bundle of the project's content.</summary>
    public const string BundleTag = "AirgapBundleTag";

    /// <summary><c>false</c> in a project whose container is not an image of a bundle.</summary>
    public const string Image = "AirgapImage";

    /// <summary>All of them, in the order of a reference table.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        Registry, RepositoryTemplate, Archive, ArchiveFormat, ArchiveVolumeSize, ArchiveBase, SourceArchive, PartsIn, MountFrom, Receipt,
        OutputPath, Kustomization, MirrorConfiguration, SecretManifests, Apply, ApplyContext, ApplyWait, OnPublish,
        IncludeNonDistributableLayers, Artifacts, KeepGoing, Repair, Concurrency, CaCertificates, VerifyCertificates,
        Insecure, ConnectTimeout, ResponseHeaderTimeout, StallTimeout, RetryCount, LoadWait, LockTimeout, DryRun, Summary, LockFile,
        UseLockFile, LockedMode, UpdateLock, Policy, SigningKey, SigningKeyPasswordFile, SigningCommand, SignImages, Provenance,
        VerifyArchive, VerifyBase, AuditLog, RecordUser, GateCommand, GateContent, GateVariables, GateTimeout,
        BundleRepository, BundleTag, Image,
    ];
}
