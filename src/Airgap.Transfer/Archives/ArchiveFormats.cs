using Airgap.Oci;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>The archive formats with one file.</summary>
internal static class ArchiveFormats
{
    /// <summary>The layout of a plan's archive.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OneRootPerArchive"/>.</exception>
    public static ArchiveLayout LayOut(TransferPlan plan, ArchiveFormat format)
    {
        if (format == ArchiveFormat.LayoutTar)
            return LayoutArchive.Create(plan);
        PlannedItem[] asked = [.. plan.Items.Where(item => item.IsRootBundle || item.Owners is not null)];
        return asked.Length < 2 ? ArchiveLayout.Create(plan) : throw OneRoot(asked.Length, $"{asked[0].Source} and {asked[1].Source}");
    }

    /// <summary>The failure for several bundles or images in an archive of imgpkg's format.</summary>
    /// <param name="count">Their number.</param>
    /// <param name="examples">Two of them.</param>
    public static AirgapException OneRoot(int count, string examples) => new(
        ErrorCode.OneRootPerArchive,
        "An archive in imgpkg's format contains one bundle or image, but " +
        $"{count} are requested:  {examples}{(count > 2 ? " and others" : "")}.",
        $"Give each its own archive, or {AdviceTerms.WriteLayout}.");
}
