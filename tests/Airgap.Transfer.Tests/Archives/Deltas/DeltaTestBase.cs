using Airgap.Oci.Naming;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>A bundle in two versions.</summary>
public abstract class DeltaTestBase
{
    private protected const string Far = "far.example/apps/app";

    private protected ImageReference _v1 = null!;
    private protected ImageReference _v2 = null!;

    public TestContext TestContext { get; set; } = null!;

    private protected CancellationToken Token => TestContext.CancellationToken;

    private protected DeltaBench Start()
    {
        DeltaBench bench = new(Token);
        ImageReference nested = bench.Bundle("source.example/team/nested", "v1", bench.Image("source.example/team/db", 1, 5));
        _v1 = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2), nested);
        _v2 = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3), nested);
        return bench;
    }
}
