using Airgap.Publishing.Declarations;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>A task that reads a project's bundles, images and locks, and the properties for their relocation.</summary>
public abstract partial class DeclarationTask : RegistryTask
{
    // Only this package derives tasks.
    private protected DeclarationTask()
    {
    }

    /// <summary>The items <c>ImgpkgBundle</c>.</summary>
    public ITaskItem[] Bundles { get; set; } = [];

    /// <summary>The items <c>ImgpkgImage</c>.</summary>
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>The items <c>ImgpkgLock</c>.</summary>
    public ITaskItem[] Locks { get; set; } = [];

    /// <summary>The property of that name.</summary>
    public string? AirgapRegistry { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapRepositoryTemplate { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapMirrorConfiguration { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapArchive { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapArchiveFormat { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapArchiveBase { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapMountFrom { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapReceipt { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSourceArchive { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapArchiveVolumeSize { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapPartsIn { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapOutputPath { get; set; }

    /// <summary>
    /// The property of that name; text, so that an invalid value is reported with our code and the project's location.
    /// </summary>
    public string? AirgapIncludeNonDistributableLayers { get; set; }

    /// <inheritdoc cref="AirgapKeepGoing"/>
    public string? AirgapArtifacts { get; set; }

    /// <summary>
    /// The property of that name; text, so that an invalid value is reported with our code and the project's location.
    /// </summary>
    public string? AirgapKeepGoing { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapRepair { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapAskInBulk { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapEarlierPlan { get; set; }

    /// <summary>
    /// The property of that name; text, so that an invalid value is reported with our code and the project's location.
    /// </summary>
    public string? AirgapConcurrency { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapLockTimeout { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapKustomization { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapSecretManifests { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapApply { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapApplyContext { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapApplyWait { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapDryRun { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapPlan { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapShard { get; set; }

    /// <inheritdoc cref="AirgapConcurrency"/>
    public string? AirgapShards { get; set; }

    /// <summary>The property of that name.</summary>
    public string? AirgapSummary { get; set; }

    /// <inheritdoc cref="AirgapSummary"/>
    public string? AirgapTimeline { get; set; }

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

    /// <summary>The value of a property; null if it is not set.</summary>
    internal string? PropertyOf(string name) => name switch
    {
        PropertyNames.Registry => AirgapRegistry,
        PropertyNames.RepositoryTemplate => AirgapRepositoryTemplate,
        PropertyNames.MirrorConfiguration => AirgapMirrorConfiguration,
        PropertyNames.Archive => AirgapArchive,
        PropertyNames.ArchiveFormat => AirgapArchiveFormat,
        PropertyNames.ArchiveVolumeSize => AirgapArchiveVolumeSize,
        PropertyNames.ArchiveBase => AirgapArchiveBase,
        PropertyNames.SourceArchive => AirgapSourceArchive,
        PropertyNames.MountFrom => AirgapMountFrom,
        PropertyNames.Receipt => AirgapReceipt,
        PropertyNames.PartsIn => AirgapPartsIn,
        PropertyNames.OutputPath => AirgapOutputPath,
        PropertyNames.IncludeNonDistributableLayers => AirgapIncludeNonDistributableLayers,
        PropertyNames.Artifacts => AirgapArtifacts,
        PropertyNames.KeepGoing => AirgapKeepGoing,
        PropertyNames.Repair => AirgapRepair,
        PropertyNames.AskInBulk => AirgapAskInBulk,
        PropertyNames.EarlierPlan => AirgapEarlierPlan,
        PropertyNames.Concurrency => AirgapConcurrency,
        PropertyNames.LockTimeout => AirgapLockTimeout,
        PropertyNames.Summary => AirgapSummary,
        PropertyNames.Timeline => AirgapTimeline,
        PropertyNames.Kustomization => AirgapKustomization,
        PropertyNames.SecretManifests => AirgapSecretManifests,
        PropertyNames.Apply => AirgapApply,
        PropertyNames.ApplyContext => AirgapApplyContext,
        PropertyNames.ApplyWait => AirgapApplyWait,
        PropertyNames.DryRun => AirgapDryRun,
        PropertyNames.OnPublish => AirgapOnPublish,
        PropertyNames.Plan => AirgapPlan,
        PropertyNames.Shard => AirgapShard,
        PropertyNames.Shards => AirgapShards,
        PropertyNames.LockFile => AirgapLockFile,
        PropertyNames.UseLockFile => AirgapUseLockFile,
        PropertyNames.LockedMode => AirgapLockedMode,
        PropertyNames.UpdateLock => AirgapUpdateLock,
        PropertyNames.Policy => AirgapPolicy,
        PropertyNames.TrustStore => AirgapTrustStore,
        PropertyNames.SigningKey => AirgapSigningKey,
        PropertyNames.SigningKeyPasswordFile => AirgapSigningKeyPasswordFile,
        PropertyNames.SigningCommand => AirgapSigningCommand,
        PropertyNames.SignImages => AirgapSignImages,
        PropertyNames.Provenance => AirgapProvenance,
        PropertyNames.VerifyArchive => AirgapVerifyArchive,
        PropertyNames.VerifyBase => AirgapVerifyBase,
        PropertyNames.AuditLog => AirgapAuditLog,
        PropertyNames.RecordUser => AirgapRecordUser,
        PropertyNames.GateCommand => AirgapGateCommand,
        PropertyNames.GateContent => AirgapGateContent,
        PropertyNames.GateVariables => AirgapGateVariables,
        PropertyNames.GateTimeout => AirgapGateTimeout,
        PropertyNames.BundleRepository => AirgapBundleRepository,
        PropertyNames.BundleTag => AirgapBundleTag,
        _ => AccessProperty(name),
    };
}
