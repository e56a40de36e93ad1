using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>The three routes, for every kind of bundle, against the embedded registry and against docker-registry.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RouteTests : WireTestBase
{
    [TestMethod]
    [GoldenBundles]
    public async Task ACopyToARegistry_IsImgpkgs(string bundle)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource(bundle), Repository(destination.Host, "apps/it"),
            new PlanOptions { CosignSignatures = bundle == "signed-bundle" });
        await AssertGoldenAsync(destination.Host, "apps/it", bundle);
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    [DataRow("foreign-bundle")]
    public async Task RegistryToDockerRegistryAndOverATar(string bundle)
    {
        await using DockerRegistry destination = await DockerRegistry.StartAsync();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource(bundle), Repository(destination.Host, "direct/it"));
        await AssertGoldenAsync(destination.Host, "direct/it", bundle);

        using TempFolder folder = new();
        await CopyAsync(client, BundleSource(bundle), new RelocationDestination.Archive(folder["it.tar"]));
        await Fixtures.AssertGoldenAsync($"{bundle}.tar", folder["it.tar"]);
        source.Clear();
        await CopyAsync(client, new RelocationSource.Archive(folder["it.tar"]), Repository(destination.Host, "tar/it"));
        await AssertGoldenAsync(destination.Host, "tar/it", bundle);
        Assert.IsEmpty(source.Requests);

        // Within the same registry everything is mounted; a reader with code of its own sees the same content.
        TransferResult mounted = await CopyAsync(
            client,
            new RelocationSource.Bundle(Airgap.Oci.Naming.ImageReference.Parse($"{destination.Host}/direct/it:v1.0.0")),
            Repository(destination.Host, "mounted/it"));
        Assert.IsFalse(mounted.Blobs.Any(blob => blob.Outcome == BlobOutcome.Copied));
        await AssertGoldenAsync(destination.Host, "mounted/it", bundle);
        Assert.Contains("\"config\"", await Skopeo.InspectRawAsync($"docker://{destination.Host}/mounted/it:v1.0.0"));
    }

    [TestMethod]
    public async Task WithTokensOnBothSides()
    {
        await using TokenServer sourceTokens = await TokenServer.StartAsync("robot", "secret-one");
        await using TokenServer destinationTokens = await TokenServer.StartAsync("robot", "secret-one");
        await using RegistryFixture source =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithFixtures = true, Tokens = sourceTokens });
        await using RegistryFixture destination =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { Tokens = destinationTokens });
        using RegistryClient client = Client(source, login: ("robot", "secret-one"));
        TransferResult result = await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));
        Assert.IsTrue(result.Items.All(item => item.Outcome == BlobOutcome.Copied));
        Assert.IsLessThanOrEqualTo(2, destinationTokens.Requests.Count, "one token to look, one to push");
        Assert.HasCount(sourceTokens.Requests.Select(request => string.Join(' ', request.Scopes)).Distinct().Count(), sourceTokens.Requests,
            "one token a scope");
    }
}
