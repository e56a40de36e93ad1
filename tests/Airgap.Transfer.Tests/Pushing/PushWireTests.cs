using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Tests.EndToEnd;

namespace Airgap.Transfer.Tests.Pushing;

/// <summary>A push over HTTP, seen by a reader that shares no code with it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PushWireTests : WireTestBase
{
    [TestMethod]
    public async Task APushedBundleIsCompleteAtTheRegistry()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(fixture);
        PushResult result = await new Pusher(client).PushAsync(
            new PushRequest
            {
                Inputs = [Fixtures.Input("simple-app-bundle")],
                Destination = ImageReference.Parse($"{fixture.Host}/user1/simple-app-bundle:v1.0.0"),
                IsBundle = true,
            },
            Token);

        using RegistryContent content = RegistryContent.At(fixture.Host);
        string hex = result.Reference.Digest!.Value.Hex;
        Assert.AreSequenceEqual((string[])[$"sha256-{hex}.imgpkg", "v1.0.0"], await content.TagsAsync("user1/simple-app-bundle"));
        Assert.HasCount(3, await content.AssertCompleteAsync("user1/simple-app-bundle", "v1.0.0"));
        StoredManifest stored = await content.ManifestAsync("user1/simple-app-bundle", "v1.0.0");
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.manifest.json"), Token), stored.Bytes);
        Assert.AreEqual("application/vnd.docker.distribution.manifest.v2+json", stored.MediaType);
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.config.json"), Token),
            await content.BlobAsync("user1/simple-app-bundle", result.Manifest.Config!.Digest.ToString()));
    }

    [TestMethod]
    public async Task ALargeFolderIsCompleteAtTheRegistry()
    {
        await using RegistryFixture fixture = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(fixture);
        using TempFolder folder = new();
        byte[] noise = new byte[5 * 1024 * 1024];
        new Random(3).NextBytes(noise);
        await File.WriteAllBytesAsync(folder["noise"], noise, Token);
        await new Pusher(client).PushAsync(
            new PushRequest { Inputs = [folder.Path], Destination = ImageReference.Parse($"{fixture.Host}/plain") }, Token);

        using RegistryContent content = RegistryContent.At(fixture.Host);
        Assert.HasCount(3, await content.AssertCompleteAsync("plain", "latest"));
    }
}
