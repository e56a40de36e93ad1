using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Peers;

/// <summary>A real client pushes, pulls and inspects.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SkopeoTests
{
    [TestMethod]
    [DataRow("user1/simple-app-bundle:v1.0.0")]
    [DataRow("apps/frontend:1.0.0")]
    [DataRow("apps/signed:1.0.0")]
    public async Task AnImageTravelsOutAndInUnchanged(string reference)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TempFolder temp = new();
        string[] parts = reference.Split(':');
        using RegistryContent before = new(source.Address);
        StoredManifest expected = await before.ManifestAsync(parts[0], parts[1]);

        (await Skopeo.CopyAsync($"docker://{source.Host}/{reference}", $"docker://{destination.Host}/copied/there:x")).EnsureSuccess();
        (await Skopeo.CopyAsync($"docker://{destination.Host}/copied/there:x", $"dir:{temp["out"]}")).EnsureSuccess();

        using RegistryContent after = new(destination.Address);
        StoredManifest actual = await after.ManifestAsync("copied/there", "x");
        Assert.AreEqual(expected.Digest, actual.Digest);
        Assert.AreEqual(expected.MediaType, actual.MediaType);
        await after.AssertCompleteAsync("copied/there", actual.Digest);
        Assert.AreEqual(Encoding.UTF8.GetString(expected.Bytes),
            await Skopeo.InspectRawAsync($"docker://{destination.Host}/copied/there:x"));
        CollectionAssert.AreEqual(expected.Bytes, File.ReadAllBytes(Path.Combine(temp["out"], "manifest.json")));
    }

    [TestMethod]
    public async Task AnIndexTravelsWithAllItsImages()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        Pushed index = await writer.PushIndexAsync(
            "a/b", "all", await writer.PushImageAsync("a/b", null, [1], [2]), await writer.PushImageAsync("a/b", null, [1], [3]));

        (await Skopeo.CopyAsync($"docker://{source.Host}/a/b:all", $"docker://{destination.Host}/c:1")).EnsureSuccess();

        using RegistryContent content = new(destination.Address);
        Assert.AreEqual(index.Digest, (await content.ManifestAsync("c", "1")).Digest);
        Assert.HasCount(1 + (2 * 2) + 3, await content.AssertCompleteAsync("c", "1"));
    }

    [TestMethod]
    public async Task ContentThatSkopeoPushedHere_IsServedByDockerRegistry()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture ours = await RegistryFixture.StartEmptyAsync();
        (await Skopeo.CopyAsync($"docker://{source.Host}/apps/backend:1.0.0", $"docker://{ours.Host}/a/b:1")).EnsureSuccess();
        (await Skopeo.CopyAsync($"docker://{source.Host}/user1/simple-app-bundle:v1.0.0", $"docker://{ours.Host}/a/b:2")).EnsureSuccess();

        await using DockerRegistry real = await DockerRegistry.StartAsync(ours.Folder);
        using RegistryContent theirs = new(real.Address);
        CollectionAssert.AreEqual((string[])["a/b"], (await theirs.RepositoriesAsync()).ToArray());
        CollectionAssert.AreEqual((string[])["1", "2"], (await theirs.TagsAsync("a/b")).ToArray());
        await theirs.AssertCompleteAsync("a/b", "1");
        await theirs.AssertCompleteAsync("a/b", "2");
    }

    [TestMethod]
    public async Task SkopeoListsTagsAndInspects()
    {
        await using RegistryFixture registry = await RegistryFixture.StartReadOnlyAsync();
        CliResult tags = (await Skopeo.RunAsync(["list-tags", "--tls-verify=false", $"docker://{registry.Host}/mirror/simple-app-bundle"]))
            .EnsureSuccess();
        StringAssert.Contains(tags.Output, "v1.0.0");
        StringAssert.Contains(await Skopeo.InspectAsync($"docker://{registry.Host}/apps/frontend:1.0.0"), "\"Digest\": \"sha256:");
    }
}
