using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>An index may list blobs, as BuildKit's cache does. docker-registry accepts it, and keeps the blobs.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class IndexedBlobTests
{
    [TestMethod]
    public async Task ABlobThatOnlyAnIndexLists_IsAccepted_AndStays()
    {
        await using Api api = await Api.StartAsync();
        Pushed layer = await api.Writer.PushBlobAsync("a", [1, 2, 3]);
        Pushed config = await api.Writer.PushBlobAsync("a", [4], "application/vnd.buildkit.cacheconfig.v0");
        Pushed cache = await api.Writer.PushIndexAsync("a", "cache", layer, config);
        Pushed unused = await api.Writer.PushBlobAsync("a", [5]);

        Assert.AreEqual(1, api.Registry.Collect(TimeSpan.Zero).Unlinked, "the blob that no manifest lists");

        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/manifests/{cache.Digest}")).Status);
        foreach (Pushed kept in (Pushed[])[layer, config])
            Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{kept.Digest}")).Status);
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{unused.Digest}")).Status);
    }

    [TestMethod]
    public async Task AnIndexOfWhatIsNowhere_IsRefused()
    {
        await using Api api = await Api.StartAsync();
        Pushed elsewhere = await api.Writer.PushBlobAsync("b", [1]);
        string index = $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciIndex}}","manifests":[{{elsewhere.Json}}]}""";

        Answer refused = await api.SendAsync(
            "PUT", "/v2/a/manifests/t", System.Text.Encoding.UTF8.GetBytes(index), ("Content-Type", RegistryWriter.OciIndex));

        refused.AssertError(400, "MANIFEST_BLOB_UNKNOWN");
    }
}
