using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A selection of a package repository is accepted by docker-registry 2.8, which refuses incomplete content.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ChosenRouteTests : WireTestBase
{
    [TestMethod]
    public async Task ADerivedBundleIsWholeAtDockersRegistry()
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync();
        await using RegistryFixture unused = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(unused);
        FakeRegistry source = new();
        await GeneratedRepository.CreateAsync(source, 3, 3);
        BundleSelection selection = new()
        {
            Packages = [.. PackageChoice.ParseAll("p0.example.com@latest; p1.internal.example.com")],
            Platforms = [.. PlatformChoice.ParseAll("linux/amd64; linux/arm/v7")]
        };
        using Deriver deriver = new(source, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token);
        TransferPlan plan = await new Relocator(derivation.Over(source))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), Token);
        await new Relocator(client).RunAsync(plan, Repository(docker.Host, "apps/it"), new TransferOptions(), Token);

        using RegistryContent content = RegistryContent.At(docker.Host);
        await content.AssertCompleteAsync("apps/it", "v1");
        foreach (string tag in await content.TagsAsync("apps/it"))
            await content.AssertCompleteAsync("apps/it", tag);

        // As verify sees it, which follows the locks of derived bundles.
        VerificationResult verified =
            await new Verifier(client).VerifyAsync(new RelocationSource.Bundle(ImageReference.Parse($"{docker.Host}/apps/it:v1")), Token);
        Assert.IsEmpty(verified.Problems);

        // Derived there from the derived bundle, it is the same.
        using Deriver again = new(client, selection with { Packages = [] }, null, 4);
        using Derivation same = await again.DeriveAsync(ImageReference.Parse($"{docker.Host}/apps/it:v1"), "v1", Token);
        Assert.IsTrue(same.IsUnchanged);
        Assert.AreEqual(derivation.Digest, same.Digest);
    }

    [TestMethod]
    public async Task DockersRegistryRefusesASparseIndexBeforeTheRestMoves()
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync();
        await using RegistryFixture unused = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(unused);
        FakeRegistry source = new();
        GeneratedRepository generated = await GeneratedRepository.CreateAsync(source, 3, 3);
        BundleSelection selection = new() { Platforms = [.. PlatformChoice.ParseAll("linux/amd64")], Sparse = true };
        using Deriver deriver = new(source, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token);
        TransferPlan plan = await new Relocator(derivation.Over(source))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), Token);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Relocator(client).RunAsync(plan, Repository(docker.Host, "apps/it"), new TransferOptions(), Token));
        Assert.AreEqual(ErrorCode.SparseIndexRefused, refused.Code, refused.Message);
        using RegistryContent content = RegistryContent.At(docker.Host);
        Assert.IsEmpty(await content.TagsAsync("apps/it"));
        int sent = 0;
        foreach (Digest layer in generated.Expected((_, _) => true, ["linux/amd64"]))
            sent += await content.HasBlobAsync("apps/it", layer.ToString()) ? 1 : 0;
        Assert.IsLessThanOrEqualTo(3, sent, "What the smallest index needs was sent, and nothing more.");
    }
}
