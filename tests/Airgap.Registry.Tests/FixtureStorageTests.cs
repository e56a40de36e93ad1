using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests;

/// <summary>A folder that a real docker-registry wrote is served unchanged.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class FixtureStorageTests
{
    [TestMethod]
    public async Task EveryTagResolvesAndEveryBlobHasItsDigest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartReadOnlyAsync();
        using RegistryContent content = new(registry.Address);
        IReadOnlyList<string> repositories = await content.RepositoriesAsync();
        Assert.HasCount(Directory.GetDirectories(registry.Folder, "_manifests", SearchOption.AllDirectories).Length, repositories);
        int tags = 0;
        foreach (string repository in repositories)
        {
            foreach (string tag in await content.TagsAsync(repository))
            {
                tags++;
                StoredManifest manifest = await content.ManifestAsync(repository, tag);
                await content.AssertCompleteAsync(repository, manifest.Digest);
            }
        }

        Assert.AreEqual(Directory.GetDirectories(registry.Folder, "current", SearchOption.AllDirectories).Length, tags);
    }
}
