using System.Text.Json;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>Artifacts between a registry that lists referrers and docker-registry 2.8, which does not.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ArtifactRouteTests : WireTestBase
{
    private const string Frontend = "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";
    private const string FrontendTag = "sha256-92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";
    private const string Sbom = "sha256:78f6d4210d90623f2b121273592bb062f11056f4017907ea5d76b15e6945cbc8";

    private static readonly PlanOptions s_withArtifacts = new() { Artifacts = true };

    [TestMethod]
    public async Task Artifacts_GoFromTheApiToTheFallbackTag_AndBack()
    {
        await using DockerRegistry old = await DockerRegistry.StartAsync();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture modern = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        using TempFolder folder = new();

        await CopyAsync(client, BundleSource("simple-app-bundle"), new RelocationDestination.Archive(folder["it.tar"]), s_withArtifacts);
        await CopyAsync(client, new RelocationSource.Archive(folder["it.tar"]), Repository(old.Host, "apps/it"));
        using RegistryContent content = RegistryContent.At(old.Host);
        Assert.Contains(Sbom, await content.AssertCompleteAsync("apps/it", FrontendTag));

        await CopyAsync(
            client, new RelocationSource.Bundle(ImageReference.Parse($"{old.Host}/apps/it:v1.0.0")),
            Repository(modern.Host, "apps/back"), s_withArtifacts);
        Assert.AreSequenceEqual([Sbom], await ReferrersAsync(modern, "apps/back", Frontend));
        using RegistryContent back = RegistryContent.At(modern.Host);
        await back.AssertCompleteAsync("apps/back", Sbom);
        Assert.IsFalse(await back.HasManifestAsync("apps/back", FrontendTag), "a registry with the API needs no such tag");
    }

    [TestMethod]
    public async Task ArtifactsOfTheApi_ArriveUnderAFallbackTag()
    {
        await using DockerRegistry old = await DockerRegistry.StartAsync();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(old.Host, "apps/it"), s_withArtifacts);
        using RegistryContent content = RegistryContent.At(old.Host);
        Assert.Contains(Sbom, await content.AssertCompleteAsync("apps/it", FrontendTag));
        Assert.IsGreaterThan(0, source.Of(RequestKind.ReferrersGet).Count);
        Assert.AreEqual(1, source.Requests.Count(request => request.Path.EndsWith($"/manifests/{FrontendTag}", StringComparison.Ordinal)),
            "The tag is listed, and may know more than the API.");
    }

    private static async Task<string[]> ReferrersAsync(RegistryFixture registry, string repository, string digest)
    {
        using HttpClient client = new();
        using JsonDocument index =
            JsonDocument.Parse(await client.GetStringAsync(new Uri(registry.Address, $"v2/{repository}/referrers/{digest}")));
        return [.. index.RootElement.GetProperty("manifests").EnumerateArray().Select(listed => listed.GetProperty("digest").GetString()!)];
    }
}
