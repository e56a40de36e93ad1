using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>The formats that are one file.</summary>
internal static class ArchiveFormats
{
    /// <summary>Where everything of a plan's archive stands.</summary>
    public static ArchiveLayout LayOut(TransferPlan plan, ArchiveFormat format) =>
        format == ArchiveFormat.LayoutTar ? LayoutArchive.Create(plan) : ArchiveLayout.Create(plan);
}
