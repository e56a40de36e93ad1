using Airgap.Oci.Naming;
using Airgap.TestKit;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>
/// A delta is imgpkg's format without some layers: a reader that does not know deltas imports it if the destination has those layers.
/// </summary>
[TestClass]
public sealed class PlainReaderTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ADelta_IsImported_IfTheDestinationHasTheRest()
    {
        DeltaBench bench = new(TestContext.CancellationToken);
        using TempFolder folder = bench.Folder;
        ImageReference v1 = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2));
        ImageReference v2 = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3));
        await bench.ArchiveAsync(v1, "v1.tar");
        await bench.ArchiveAsync(v2, "v2.tar", bench.Base("v1.tar"));
        FakeRepository far = bench.Registry.Get("far.example/apps/app");
        await Assert.ThrowsExactlyAsync<KeyNotFoundException>(
            () => PlainReader.ImportAsync(folder["v2.tar"], far, TestContext.CancellationToken));
        await PlainReader.ImportAsync(folder["v1.tar"], far, TestContext.CancellationToken);
        await PlainReader.ImportAsync(folder["v2.tar"], far, TestContext.CancellationToken);
        Assert.Contains(v2.Digest!.Value, far.Manifests);
    }
}
