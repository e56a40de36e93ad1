using Airgap.Cluster.Probing;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Cluster.Tests;

/// <summary>Images that a relocation left out by choice are no leaks; everything else that is missing is one.</summary>
[TestClass]
public sealed class LeakFinderTests
{
    private static readonly RepositoryName s_mirror = RepositoryName.Parse("mirror.local/apps/repository");

    private readonly FakeRegistry _registry = new() { TakesSparseIndexes = true };

    private FakeRepository Mirror => _registry.Get(s_mirror);

    [TestInitialize]
    public async Task RelocateAsync()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        BundleSelection selection = new() { Platforms = [.. PlatformChoice.ParseAll("linux/amd64; linux/arm64")], Sparse = true };
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation =
            await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", CancellationToken.None);
        Relocator relocator = new(derivation.Over(_registry));
        TransferPlan plan = await relocator.PlanAsync(
            derivation.Source, derivation.Planning(new PlanOptions { Destination = s_mirror }), CancellationToken.None);
        await relocator.RunAsync(plan, new RelocationDestination.Repository(s_mirror), new TransferOptions(), CancellationToken.None);
    }

    [TestMethod]
    public async Task ImagesLeftOutByChoice_AreNoLeaks()
    {
        LeakReport report = await FindAsync();
        Assert.IsEmpty(report.Outside);
        Assert.IsEmpty(report.Unseen);
        Assert.IsGreaterThan(8, report.Present);
    }

    [TestMethod]
    public async Task AnImageOfAChosenPlatform_ThatIsMissing_IsALeak()
    {
        Manifest index = await IndexAsync();
        Digest chosen = index.Manifests.First(child => Mirror.Manifests.Contains(child.Digest)).Digest;
        Mirror.Remove(chosen);
        LeakReport report = await FindAsync();
        Assert.Contains($"@{chosen} (of {s_mirror}@", Assert.ContainsSingle(report.Outside));
    }

    [TestMethod]
    public async Task WithoutLocations_NothingCountsAsLeftOut()
    {
        Mirror.RemoveTag(LocationsImage.Tag(Mirror.Tags["v1"]));
        Assert.IsNotEmpty((await FindAsync()).Outside);
    }

    private async Task<Manifest> IndexAsync()
    {
        foreach (Digest digest in Mirror.Manifests)
        {
            if (await Mirror.FindManifestAsync(digest.ToString(), CancellationToken.None) is { IsIndex: true } index)
                return index;
        }

        throw new InvalidOperationException("There is no index.");
    }

    private Task<LeakReport> FindAsync() => new LeakFinder(_registry, s_mirror.Registry)
        .FindAsync([$"{s_mirror}@{Mirror.Tags["v1"]}"], CancellationToken.None);
}
