using Airgap.Oci;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>The formats that are one file.</summary>
internal static class ArchiveFormats
{
    /// <summary>Where everything of a plan's archive stands.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OneRootPerArchive"/>.</exception>
    public static ArchiveLayout LayOut(TransferPlan plan, ArchiveFormat format)
    {
        if (format == ArchiveFormat.LayoutTar)
            return LayoutArchive.Create(plan);
        PlannedItem[] asked = [.. plan.Items.Where(item => item.IsRootBundle || item.Owners is not null)];
        return asked.Length < 2 ? ArchiveLayout.Create(plan) : throw OneRoot(asked.Length, $"{asked[0].Source} and {asked[1].Source}");
    }

    /// <summary>The failure of several bundles or images that are to go into an archive in imgpkg's format.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="examples">Two of them.</param>
    public static AirgapException OneRoot(int count, string examples) => new(
        ErrorCode.OneRootPerArchive,
        $"An archive in imgpkg's format holds one bundle or image, and here are {count}: {examples}{(count > 2 ? " and others" : "")}.",
        $"Give each an archive of its own, or {AdviceTerms.WriteLayout}.");
}
