using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>How a plan is carried out, beside what it moves.</summary>
/// <param name="RepositoryBasedTags">True for tags that name the source repository.</param>
/// <param name="NonDistributableLayers">True if layers that may not be redistributed go along.</param>
internal sealed record RunPlanChoices(bool RepositoryBasedTags = false, bool NonDistributableLayers = false)
{
    /// <summary>The images whose signatures were verified; null if no signature is required.</summary>
    public ImmutableArray<RunPlanSignature>? Signatures { get; init; }
}

/// <summary>The kinds of sources that a plan has.</summary>
internal static class RunPlanKinds
{
    /// <summary>A bundle.</summary>
    public const string Bundle = "bundle";

    /// <summary>An image or index.</summary>
    public const string Image = "image";

    /// <summary>A BundleLock or ImagesLock file.</summary>
    public const string Lock = "lock";
}

/// <summary>Determines what several machines can carry out together.</summary>
internal static class RunPlanSupport
{
    private const string Imgpkg = "imgpkg";
    private const string Oci = "oci";

    /// <summary>Refuses plans that other machines cannot carry out, before any request.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void Check(RelocationSource source, RelocationDestination destination)
    {
        if (source is RelocationSource.Several)
            throw No(source, "it is several at once");
        if (source is RelocationSource.Archive)
            throw No(source, "an archive is a source that only this machine has");
        if (destination is RelocationDestination.Archive { VolumeSize: not null } or RelocationDestination.Archive
            {
                Format: ArchiveFormat.LayoutFolder
            })
            throw No(source, "an archive is joined out of what shards wrote, as one file");
    }

    /// <summary>Refuses a plan that others cannot carry out.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void Check(TransferPlan plan, RelocationDestination destination)
    {
        Check(plan.Source, destination);
        if (!plan.Failures.IsEmpty)
            throw No(plan.Source, $"{plan.Failures.Length} of its images could not be read");
        if (plan.Delta is not null || plan.SourceDelta is not null)
            throw No(plan.Source, "it is of a delta");
        if (plan.Blobs.Any(blob => blob.Origin is null))
            throw No(plan.Source, "some of its blobs are in no registry");
    }

    /// <summary>The word for a format of archives.</summary>
    public static string WordOf(ArchiveFormat format) => format == ArchiveFormat.Imgpkg ? Imgpkg : Oci;

    /// <summary>The format behind a word; null for none.</summary>
    public static ArchiveFormat? FormatOf(string? word) => word switch
    {
        Imgpkg => ArchiveFormat.Imgpkg,
        Oci => ArchiveFormat.LayoutTar,
        _ => null,
    };

    /// <summary>The refusal.</summary>
    public static AirgapException No(RelocationSource source, string why) => new(
        ErrorCode.PlanNotShared,
        $"No plan for shards can be made from {source}: {why}.",
        "Copy it in one process, or name one bundle, image or lock of a registry, and one repository or archive file as the destination.")
    { Reference = source.ToString() };
}
