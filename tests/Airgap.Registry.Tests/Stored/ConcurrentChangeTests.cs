using System.Collections.Concurrent;
using System.Text;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>Clients change one repository at the same time, or one very large object.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ConcurrentChangeTests
{
    [TestMethod]
    public async Task OneTagIsPutAndDeletedByManyAtOnce()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", null, [1]);
        byte[] manifest = (await api.Content.ManifestAsync("a", image.Digest)).Bytes;
        ConcurrentDictionary<(string Method, int Status), int> seen = new();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                string method = (worker + i) % 2 == 0 ? "PUT" : "DELETE";
                Answer answer = await api.SendAsync(method, "/v2/a/manifests/t", method == "PUT" ? manifest : null);
                seen.AddOrUpdate((method, answer.Status), 1, (_, count) => count + 1);
            }
        })));

        string all = string.Join(", ", seen);
        Assert.IsTrue(seen.Keys.All(key => key is ("PUT", 201) or ("DELETE", 202) or ("DELETE", 404)), all);
        Assert.AreEqual(201, (await api.SendAsync("PUT", "/v2/a/manifests/t", manifest)).Status);
        Assert.AreEqual(image.Digest, (await api.Content.ManifestAsync("a", "t")).Digest);
    }

    [TestMethod]
    public async Task AManifestGoesWithAllItsTagsAndLeavesTheOthers()
    {
        await using Api api = await Api.StartAsync();
        Pushed gone = await api.Writer.PushImageAsync("a", null, [1]);
        Pushed kept = await api.Writer.PushImageAsync("a", "kept", [2]);
        byte[] manifest = (await api.Content.ManifestAsync("a", gone.Digest)).Bytes;
        for (int i = 0; i < 200; i++)
            Assert.AreEqual(201, (await api.SendAsync("PUT", $"/v2/a/manifests/t{i}", manifest)).Status);

        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/manifests/{gone.Digest}")).Status);

        // Also while the tags are moved away, and their marks removed.
        for (int i = 0; i < 50; i++)
            CollectionAssert.AreEqual((string[])["kept"], (await api.Content.TagsAsync("a")).ToArray());
        Assert.AreEqual(kept.Digest, (await api.Content.ManifestAsync("a", "kept")).Digest);
        Assert.AreEqual(404, (await api.GetAsync("/v2/a/manifests/t7")).Status);
        Assert.AreEqual(404, (await api.SendAsync("DELETE", "/v2/a/manifests/t7")).Status);

        // Only the tag that is put reappears with the manifest. docker-registry lists the folders, so no other may remain.
        Assert.AreEqual(201, (await api.SendAsync("PUT", "/v2/a/manifests/t7", manifest)).Status);
        CollectionAssert.AreEqual((string[])["kept", "t7"], (await api.Content.TagsAsync("a")).ToArray());
        string tags = Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_manifests/tags");
        CollectionAssert.AreEquivalent((string[])["kept", "t7"], Directory.GetDirectories(tags).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = false)]
    public void AnIndexOfHundredsOfThousandsIsReadInItsOrder()
    {
        // Ten times the limit; a reader with quadratic cost would not end in time.
        const int Count = 400_000;
        StringBuilder text = new("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[");
        for (int i = 0; i < Count; i++)
            text.Append(i == 0 ? "" : ",").Append("{\"digest\":\"sha256:").Append(i.ToString("x64")).Append("\"}");
        text.Append(",{\"digest\":\"sha256:").Append(0.ToString("x64")).Append("\"}]}");

        ManifestSummary summary = ManifestSummary.TryRead(Encoding.UTF8.GetBytes(text.ToString()), out _)!;
        Assert.HasCount(Count, summary.Children);
        Assert.AreEqual($"sha256:{Count - 1:x64}", summary.Children[^1].ToString());
    }
}
