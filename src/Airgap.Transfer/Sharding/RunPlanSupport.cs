using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>The options of a plan, in addition to its content.</summary>
/// <param name="RepositoryBasedTags">True for tags that name the source repository.</param>
/// <param name="NonDistributableLayers">True to include non-distributable layers.</param>
internal sealed record RunPlanChoices(bool RepositoryBasedTags = false, bool NonDistributableLayers = false)
{
    /// <summary>The images whose signatures were verified; null if no signature is required.</summary>
    public ImmutableArray<RunPlanSignature>? Signatures { get; init; }
}

/// <summary>The kinds of sources of a plan.</summary>
internal static class RunPlanKinds
{
    /// <summary>A bundle.</summary>
    public const string Bundle = "bundle";

    /// <summary>An image or index.</summary>
    public const string Image = "image";

    /// <summary>A BundleLock or ImagesLock file.</summary>
    public const string Lock = "lock";
}

/// <summary>Decides whether several machines can carry out a plan together.</summary>
internal static class RunPlanSupport
{
    private const string Imgpkg = "imgpkg";
    private const string Oci = "oci";

    /// <summary>Refuses a plan that other machines cannot carry out, before any request.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void Check(RelocationSource source, RelocationDestination destination)
    {
        if (source is RelocationSource.Several)
            throw No(source, "it consists of several sources");
        if (source is RelocationSource.Archive)
            throw No(source, "only this machine has the archive");
        if (destination is RelocationDestination.Archive { VolumeSize: not null } or RelocationDestination.Archive
            {
                Format: ArchiveFormat.LayoutFolder
            })
            throw No(source, "the shards' archives are merged into a single file");
    }

    /// <summary>Refuses a plan that other machines cannot carry out.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void Check(TransferPlan plan, RelocationDestination destination)
    {
        Check(plan.Source, destination);
        if (!plan.Failures.IsEmpty)
            throw No(plan.Source, $"{plan.Failures.Length} of its images could not be read");
        if (plan.Delta is not null || plan.SourceDelta is not null)
            throw No(plan.Source, "it is a delta");
        if (plan.Blobs.Any(blob => blob.Origin is null))
            throw No(plan.Source, "some of its blobs are in no registry");
    }

    /// <summary>The word for an archive format.</summary>
    public static string WordOf(ArchiveFormat format) => format == ArchiveFormat.Imgpkg ? Imgpkg : Oci;

    /// <summary>The archive format that a word names; null for none.</summary>
    public static ArchiveFormat? FormatOf(string? word) => word switch
    {
        Imgpkg => ArchiveFormat.Imgpkg,
        Oci => ArchiveFormat.LayoutTar,
        _ => null,
    };

    /// <summary>The error for a plan that other machines cannot carry out.</summary>
    public static AirgapException No(RelocationSource source, string why) => new(
        ErrorCode.PlanNotShared,
        $"No plan for shards can be made from {source}: {why}.",
        "Copy it in one process, or name one bundle, image or lock of a registry, and one repository or archive file as the destination.")
    { Reference = source.ToString() };
}
