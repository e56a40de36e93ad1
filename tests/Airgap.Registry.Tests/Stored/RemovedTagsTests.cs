using Airgap.Oci;
using Airgap.Registry.Storage;
using Airgap.TestKit;

namespace Airgap.Registry.Tests.Stored;

/// <summary>
/// A manifest is removed with its tags in one step, at a cost that does not depend on their number; the tags' files are removed later,
/// whatever happens in between.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
[DoNotParallelize]
public sealed class RemovedTagsTests
{
    private static readonly byte[] s_gone = "{}"u8.ToArray();
    private static readonly byte[] s_kept = "{ }"u8.ToArray();
    private static readonly Digest s_goneDigest = Digest.Compute(s_gone);
    private static readonly Digest s_keptDigest = Digest.Compute(s_kept);

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task TheCostOfARemovalDoesNotGrowWithTheTagsAndThatOfASweepGrowsAsTheyDo()
    {
        long[] removals = new long[3];
        double[] perTag = new double[3];
        for (int round = 0; round < 3; round++)
        {
            // The first round includes costs that occur only once.
            int count = round < 2 ? 100 : 800;
            using TempFolder folder = new();
            using RegistryStorage storage = Filled(folder, count);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.IsTrue(storage.Manifests.Delete("a", s_goneDigest));
            removals[round] = GC.GetAllocatedBytesForCurrentThread() - before;

            before = GC.GetTotalAllocatedBytes(precise: true);
            await storage.Sweep.RunAsync("a", CancellationToken.None);
            perTag[round] = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / count;
            Assert.HasCount(1, Directory.GetDirectories(folder["docker/registry/v2/repositories/a/_manifests/tags"]));
        }

        Assert.IsLessThan(removals[1] * 2, removals[2], "eight times the tags");
        Assert.IsLessThan((perTag[1] * 2) + 1000, perTag[2], "each of eight times the tags");
    }

    [TestMethod]
    public async Task AKillBetweenTheRemovalAndTheSweepLeavesNoTag()
    {
        using (RegistryStorage storage = Filled(_folder, 5))
            Assert.IsTrue(storage.Manifests.Delete("a", s_goneDigest));

        // A sweep that was killed in the middle.
        Directory.Delete(_folder["docker/registry/v2/repositories/a/_manifests/tags/t1"], recursive: true);

        using RegistryStorage next = new(_folder.Path);
        Assert.IsNull(next.Tags.Resolve("a", "t0"));
        CollectionAssert.AreEqual((string[])["kept"], next.Tags.List("a"));
        Assert.IsFalse(next.Tags.Delete("a", "t0"));
        Assert.IsFalse(next.Manifests.Delete("a", s_goneDigest));

        await next.SweepAllAsync(CancellationToken.None);
        next.Manifests.Write("a", s_goneDigest, s_gone, "t3");
        CollectionAssert.AreEqual((string[])["kept", "t3"], next.Tags.List("a"));
        Assert.AreEqual(s_goneDigest, next.Tags.Resolve("a", "t3"));
        Assert.IsEmpty(next.Marks.Of("a"));
    }

    [TestMethod]
    public async Task ATagThatIsPutBeforeItsSweepStays()
    {
        using RegistryStorage storage = Filled(_folder, 5);
        Assert.IsTrue(storage.Manifests.Delete("a", s_goneDigest));
        storage.Tags.Set("a", "t2", s_keptDigest);
        await storage.Sweep.RunAsync("a", CancellationToken.None);
        CollectionAssert.AreEqual((string[])["kept", "t2"], storage.Tags.List("a"));
        Assert.AreEqual(s_keptDigest, storage.Tags.Resolve("a", "t2"));
    }

    [TestMethod]
    public async Task AManifestThatDockerRegistryStoredAgain_KeepsItsNewTags()
    {
        using RegistryStorage storage = Filled(_folder, 2);
        Assert.IsTrue(storage.Manifests.Delete("a", s_goneDigest));
        string revision = _folder[$"docker/registry/v2/repositories/a/_manifests/revisions/sha256/{s_goneDigest.Hex}/link"];
        await File.WriteAllTextAsync(revision, s_goneDigest.ToString());
        await storage.Sweep.RunAsync("a", CancellationToken.None);
        CollectionAssert.AreEqual((string[])["kept", "t0", "t1"], storage.Tags.List("a"));
        Assert.IsEmpty(storage.Marks.Of("a"));
    }

    [TestMethod]
    public async Task ManifestsAndTagsThatComeAndGoAtOnceEndAsTheLastRequestSaid()
    {
        await using Api api = await Api.StartAsync();
        TestKit.Registries.Pushed image = await api.Writer.PushImageAsync("a", "kept", [1]);
        byte[] manifest = (await api.Content.ManifestAsync("a", image.Digest)).Bytes;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 30; i++)
            {
                Answer answer = worker % 3 == 0
                    ? await api.SendAsync("DELETE", $"/v2/a/manifests/{image.Digest}")
                    : await api.SendAsync("PUT", $"/v2/a/manifests/t{worker}", manifest);
                Assert.IsTrue(answer.Status is 201 or 202 or 404,
                    answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        })));
        await api.SendAsync("DELETE", $"/v2/a/manifests/{image.Digest}");
        Assert.IsEmpty(await api.Content.TagsAsync("a"));
        Assert.AreEqual(201, (await api.SendAsync("PUT", "/v2/a/manifests/last", manifest)).Status);
        CollectionAssert.AreEqual((string[])["last"], (await api.Content.TagsAsync("a")).ToArray());
    }

    private static RegistryStorage Filled(TempFolder folder, int count)
    {
        RegistryStorage storage = new(folder.Path);
        storage.Manifests.Write("a", s_keptDigest, s_kept, "kept");
        storage.Manifests.Write("a", s_goneDigest, s_gone, null);
        for (int i = 0; i < count; i++)
        {
            // As Set does, but without flushing each, which costs most.
            string current = folder[$"docker/registry/v2/repositories/a/_manifests/tags/t{i}/current"];
            Directory.CreateDirectory(current);
            File.WriteAllText(Path.Combine(current, "link"), s_goneDigest.ToString());
        }

        return storage;
    }
}
