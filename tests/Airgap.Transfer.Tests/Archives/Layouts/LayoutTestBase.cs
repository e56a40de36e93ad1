using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>The base of tests of layouts.</summary>
public abstract class LayoutTestBase : RelocatorTestBase
{
    protected static RelocationSource GoldenTar(string bundle) => new RelocationSource.Archive(Fixtures.Golden($"{bundle}.tar"));

    protected static RelocationSource At(string path) => new RelocationSource.Archive(path);

    protected Task<TransferResult> ToLayoutAsync(
        RelocationSource source, string path, bool isTar, TransferOptions? options = null, PlanOptions? plan = null) =>
        CopyAsync(source, Layout(path, isTar), plan, options);

    internal static RelocationDestination.Archive Layout(string path, bool isTar) =>
        new(path) { Format = isTar ? ArchiveFormat.LayoutTar : ArchiveFormat.LayoutFolder };

    /// <summary>Writes the layout of a golden archive as a folder, for a test to damage.</summary>
    protected async Task<string> FolderAsync(TempFolder folder, string bundle = "nested-bundle")
    {
        await ToLayoutAsync(GoldenTar(bundle), folder["layout"], isTar: false);
        return folder["layout"];
    }
}
