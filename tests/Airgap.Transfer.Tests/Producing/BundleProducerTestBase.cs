using Airgap.TestKit;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>Bundles from folders.</summary>
public abstract class BundleProducerTestBase
{
    public TestContext TestContext { get; set; } = null!;

    private protected FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    private protected async Task<ProducedBundle> MakeAsync(ProduceRequest request)
    {
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(request, TestContext.CancellationToken);
        return result.Bundle ?? throw new AssertFailedException(string.Join('\n', result.Problems));
    }
}
