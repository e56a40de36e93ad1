using System.Collections.Concurrent;
using System.Text;
using Airgap.Registry.Storage;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>Clients change one repository at the same time, or one thing of great size.</summary>
[TestClass]
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

        CollectionAssert.AreEqual((string[])["kept"], (await api.Content.TagsAsync("a")).ToArray());
        Assert.AreEqual(kept.Digest, (await api.Content.ManifestAsync("a", "kept")).Digest);

        // docker-registry lists the folders, so none may stay.
        string tags = Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_manifests/tags");
        CollectionAssert.AreEqual((string[])["kept"], Directory.GetDirectories(tags).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public async Task AManifestWithAllTheTagsThereAreGoesAndTheyMayComeBack()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", null, [1]);
        byte[] manifest = (await api.Content.ManifestAsync("a", image.Digest)).Bytes;
        for (int i = 0; i < 20; i++)
            Assert.AreEqual(201, (await api.SendAsync("PUT", $"/v2/a/manifests/t{i}", manifest)).Status);

        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/manifests/{image.Digest}")).Status);

        Assert.IsEmpty(await api.Content.TagsAsync("a"));
        string tags = Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_manifests/tags");
        Assert.IsFalse(Directory.Exists(tags), "one rename took them all");

        // What is gone is gone for good: with the manifest only the tag comes back that is put.
        Assert.AreEqual(201, (await api.SendAsync("PUT", "/v2/a/manifests/t7", manifest)).Status);
        CollectionAssert.AreEqual((string[])["t7"], (await api.Content.TagsAsync("a")).ToArray());
    }

    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = false)]
    public void AnIndexOfHundredsOfThousandsIsReadInItsOrder()
    {
        // Ten times what is taken; a reader whose cost grows with the square of it does not end in time.
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
