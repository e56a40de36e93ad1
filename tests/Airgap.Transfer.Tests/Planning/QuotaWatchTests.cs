using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>A quota concerns the requests to its registry: a mirror's quota concerns what the mirror serves.</summary>
[TestClass]
public sealed class QuotaWatchTests
{
    [TestMethod]
    [DataRow("mirror.example.com", "mirror.example.com has 1 pulls left, and this needs at least 3.")]
    [DataRow("origin.example.com", null)]
    public void TheQuotaOfTheRegistryThatIsAsked_Counts(string limited, string? expected)
    {
        Warnings warnings = new();
        QuotaWatch watch = new(new Mirrored(limited), warnings);
        RepositoryName[] places = [.. "abc".Select(name => RepositoryName.Parse($"origin.example.com/apps/{name}"))];
        watch.Expect(places);
        foreach (RepositoryName place in places)
            watch.Took(place);

        Assert.AreEqual(expected, warnings.All.SingleOrDefault()?.Message);
    }

    private sealed class Mirrored(string limited) : IRegistry
    {
        public IImageRepository GetRepository(RepositoryName name) => throw new NotSupportedException();

        PullQuota? IRegistry.FindPullQuota(string host) => host == limited ? new PullQuota(1, null, null, null) : null;

        string IRegistry.PullHostOf(RepositoryName repository) => "mirror.example.com";
    }

    private sealed class Warnings : ITransferObserver
    {
        public List<Diagnostic> All { get; } = [];

        public void Warning(Diagnostic warning) => All.Add(warning);
    }
}
