using System.Collections.Concurrent;
using System.Text;
using Airgap.Oci;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>The garbage collector removes exactly the content that no manifest references, also during other requests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class GarbageTests
{
    [TestMethod]
    public async Task BlobsThatOnlyADeletedManifestNeeded_AreRemoved()
    {
        await using Api api = await Api.StartAsync();
        Pushed gone = await api.Writer.PushImageAsync("a", "gone", [1], [2]);
        Pushed kept = await api.Writer.PushImageAsync("a", "kept", [2], [3]);
        Pushed index = await api.Writer.PushIndexAsync("a", "index", kept);
        await api.Writer.PushImageAsync("b", null, [1]);
        Assert.AreEqual(0, api.Registry.Collect(TimeSpan.Zero).Removed, "everything is needed");

        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/manifests/{gone.Digest}")).Status);
        (int unlinked, int removed, _, _) = api.Registry.Collect(TimeSpan.Zero);

        // The config and a layer in repository a; repository b has the layer too. No manifest refers to the manifest and its config.
        Assert.AreEqual((2, 2), (unlinked, removed));
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{RegistryWriter.DigestOf([1])}")).Status);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/b/blobs/{RegistryWriter.DigestOf([1])}")).Status);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{RegistryWriter.DigestOf([2])}")).Status);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/manifests/{index.Digest}")).Status);
        Assert.AreEqual(0, api.Registry.Collect(TimeSpan.Zero).Removed, "a second collection finds nothing");
    }

    [TestMethod]
    public async Task NewOrRequestedBlobs_Stay()
    {
        await using Api api = await Api.StartAsync();
        string young = (await api.Writer.PushBlobAsync("a", [1])).Digest;
        string asked = (await api.Writer.PushBlobAsync("a", [2])).Digest;
        string mounted = (await api.Writer.PushBlobAsync("a", [3])).Digest;
        string old = (await api.Writer.PushBlobAsync("a", [4])).Digest;
        foreach (string digest in (string[])[asked, mounted, old])
            Age(api, "a", digest);
        Assert.AreEqual(200, (await api.SendAsync("HEAD", $"/v2/a/blobs/{asked}")).Status);
        Assert.AreEqual(201, (await api.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={mounted}&from=a")).Status);

        Assert.AreEqual(2, api.Registry.Collect(TimeSpan.FromHours(1)).Unlinked, "the mounted one leaves a, and the old one");

        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{young}")).Status);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{asked}")).Status);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/b/blobs/{mounted}")).Status);
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{mounted}")).Status);
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{old}")).Status);
    }

    [TestMethod]
    public async Task ALayerThatMayNotBeRedistributedIsNeededWhereSomebodyPushedIt()
    {
        await using Api api = await Api.StartAsync();
        Pushed layer = await api.Writer.PushBlobAsync("a", [1], "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
        Pushed config = await api.Writer.PushBlobAsync("a", "{}"u8.ToArray(), RegistryWriter.OciConfig);
        await api.Writer.PushManifestAsync(
            "a", "t",
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config.Json}},"layers":[{{layer.Json}}]}""");
        Assert.AreEqual(0, api.Registry.Collect(TimeSpan.Zero).Unlinked);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{layer.Digest}")).Status);
    }

    [TestMethod]
    [DataRow("""{"schemaVersion":1,"name":"a","fsLayers":[{"blobSum":"sha256:0"}]}""")]
    [DataRow("not JSON")]
    [DataRow("""{"mediaType":"application/vnd.corp.unknown","parts":[]}""")]
    [DataRow("""{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[],"Layers":[]}""")]
    [DataRow("""{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[],"layers":[]}""")]
    public async Task AnUnreadableManifest_KeepsAllBlobs(string manifest)
    {
        await using Api api = await Api.StartAsync();
        string blob = (await api.Writer.PushBlobAsync("a", [1])).Digest;
        Pushed other = await api.Writer.PushImageAsync("b", null, [2]);
        await api.SendAsync("DELETE", $"/v2/b/manifests/{other.Digest}");
        // Another registry may leave the folder in this state.
        string digest = RegistryWriter.DigestOf(Encoding.UTF8.GetBytes(manifest));
        Write(api, $"blobs/sha256/{digest[7..9]}/{digest[7..]}/data", manifest);
        Write(api, $"repositories/a/_manifests/revisions/sha256/{digest[7..]}/link", digest);

        (_, int removed, _, IReadOnlyList<string> unreadable) = api.Registry.Collect(TimeSpan.Zero);

        CollectionAssert.AreEqual((string[])["a"], unreadable.ToArray());
        Assert.AreEqual(3, removed, "what b alone had");
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/blobs/{blob}")).Status);
        Assert.IsTrue(File.Exists(PathOf(api, $"blobs/sha256/{digest[7..9]}/{digest[7..]}/data")));
    }

    [TestMethod]
    public void AnEarlierPin_KeepsTheContent()
    {
        ContentPins pins = new();
        Digest before = Digest.Compute([1]);
        Digest during = Digest.Compute([2]);
        Digest never = Digest.Compute([3]);
        IDisposable held = pins.Hold(before);
        using (pins.BeginSweep())
        {
            held.Dispose();
            Assert.IsFalse(pins.TryRemove(before, () => true), "it was looked at before the sweep, and may be linked by now");
            pins.Hold(during).Dispose();
            Assert.IsFalse(pins.TryRemove(during, () => true));
            Assert.IsTrue(pins.TryRemove(never, () => true));
            Assert.IsFalse(pins.TryRemove(never, () => false));
        }

        Assert.IsFalse(pins.TryRemove(never, () => true), "outside of a sweep nothing is removed");
        using (pins.BeginSweep())
            Assert.IsTrue(pins.TryRemove(before, () => true));
    }

    [TestMethod]
    public async Task AnUploadThatIsOpenOutlivesACollection()
    {
        await using Api api = await Api.StartAsync();
        byte[] blob = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        string upload = await api.StartUploadAsync("a");
        Answer half = await api.SendAsync("PATCH", upload, blob[..50], ("Content-Range", "0-49"));
        Assert.AreEqual(202, half.Status);

        api.Registry.Collect(TimeSpan.Zero);

        Answer rest = await api.SendAsync("PATCH", half["Location"]!, blob[50..], ("Content-Range", "50-99"));
        Assert.AreEqual(202, rest.Status);
        api.Registry.Collect(TimeSpan.Zero);
        string digest = RegistryWriter.DigestOf(blob);
        string end = rest["Location"]!;
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{end}{(end.Contains('?') ? '&' : '?')}digest={digest}")).Status);
        CollectionAssert.AreEqual(blob, (await api.GetAsync($"/v2/a/blobs/{digest}")).Body);
        Assert.AreEqual(0, api.Registry.Collect(TimeSpan.FromHours(1)).Removed, "it is younger than the grace");
    }

    [TestMethod]
    public async Task OneProcessChangesAFolder()
    {
        await using Api api = await Api.StartAsync();
        AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = api.Registry.Folder }));
        Assert.AreEqual(ErrorCode.RegistryFolderInUse, refusal.Code);
        Assert.AreEqual(ErrorCode.RegistryFolderInUse,
            Assert.ThrowsExactly<AirgapException>(() => FolderLock.Take(api.Registry.Folder)).Code);
        await using RegistryFixture reader =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = api.Registry.Folder, ReadOnly = true });
        using RegistryContent content = new(reader.Address);
        Assert.IsNotNull(content);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public async Task WhateverGoesOnMeanwhileNoManifestLosesABlob(int seed)
    {
        await using Api api = await Api.StartAsync();
        // Few contents in few repositories, so that clients use the same ones, and garbage is soon needed again.
        byte[][] contents = [.. Enumerable.Range(0, 6).Select(i => Encoding.ASCII.GetBytes($"content {seed} {i}"))];
        using CancellationTokenSource over = new();
        using SemaphoreSlim changed = new(0);
        Task<int> collecting = Task.Run(async () =>
        {
            int removed = 0;
            while (!over.IsCancellationRequested)
            {
                await changed.WaitAsync();
                removed += api.Registry.Collect(TimeSpan.Zero).Removed;
            }

            return removed;
        });
        ConcurrentQueue<string> lost = [];
        await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(worker => Task.Run(() => ChangeAsync(api, contents, new Random((seed * 100) + worker), $"w{worker}", changed, lost))));
        await over.CancelAsync();
        changed.Release();
        int total = await collecting;
        Assert.IsEmpty(lost, string.Join('\n', lost));
        Assert.IsPositive(total, "something was collected meanwhile");
    }

    // Each worker has its own tag, and shares repositories and blobs with the others.
    private static async Task ChangeAsync(
        Api api, byte[][] contents, Random random, string worker, SemaphoreSlim changed, ConcurrentQueue<string> lost)
    {
        for (int i = 0; i < 20; i++)
        {
            string repository = random.Next(2) == 0 ? "a" : "b";
            string other = repository == "a" ? "b" : "a";
            byte[][] layers = [.. contents.Where(_ => random.Next(3) == 0).DefaultIfEmpty(contents[0])];
            string manifest = Manifest(worker, i, layers);
            string digest = RegistryWriter.DigestOf(Encoding.UTF8.GetBytes(manifest));
            Answer put;
            int tries = 0;
            // One collection for each manifest, while the other workers push theirs. With more, and no grace, no worker would succeed.
            changed.Release();
            do
            {
                foreach (byte[] blob in layers.Append("{}"u8.ToArray()))
                    await BringAsync(api, repository, other, blob, random);
                put = await api.SendAsync(
                    "PUT", $"/v2/{repository}/manifests/{worker}", Encoding.UTF8.GetBytes(manifest),
                    ("Content-Type", RegistryWriter.OciManifest));
            }
            // Without a grace period a blob may be removed before its manifest arrives; then the registry refuses the manifest.
            while (put.Status == 400 && ++tries < 200);
            if (put.Status != 201)
                lost.Enqueue($"{worker} {i}: PUT gives {put.Status}");
            await Task.Yield();
            foreach (byte[] blob in layers)
            {
                Answer got = await api.GetAsync($"/v2/{repository}/blobs/{RegistryWriter.DigestOf(blob)}");
                if (got.Status != 200 || !got.Body.AsSpan().SequenceEqual(blob))
                    lost.Enqueue($"{worker} {i}: {Encoding.ASCII.GetString(blob)} of {digest} in {repository} gives {got.Status}");
            }

            if (random.Next(3) > 0)
                await api.SendAsync("DELETE", $"/v2/{repository}/manifests/{digest}");
        }
    }

    private static async Task BringAsync(Api api, string repository, string other, byte[] blob, Random random)
    {
        string digest = RegistryWriter.DigestOf(blob);
        switch (random.Next(3))
        {
            case 0 when (await api.SendAsync("HEAD", $"/v2/{repository}/blobs/{digest}")).Status == 200:
            case 1 when (await api.SendAsync("POST", $"/v2/{repository}/blobs/uploads/?mount={digest}&from={other}")).Status == 201:
                return;
            default:
                await api.Writer.PushBlobAsync(repository, blob);
                return;
        }
    }

    private static string Manifest(string worker, int number, byte[][] layers)
    {
        string config = new Pushed(RegistryWriter.OciConfig, RegistryWriter.DigestOf("{}"u8), 2).Json;
        string all = string.Join(
            ',', layers.Select(layer => new Pushed(RegistryWriter.OciLayer, RegistryWriter.DigestOf(layer), layer.Length).Json));
        string annotations = $$"""{"by":"{{worker}}-{{number}}"}""";
        return $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config}},"layers":[{{all}}],"annotations":{{annotations}} }""";
    }

    private static void Age(Api api, string repository, string digest)
    {
        File.SetLastWriteTimeUtc(PathOf(api, $"repositories/{repository}/_layers/sha256/{digest[7..]}/link"), DateTime.UtcNow.AddDays(-2));
        File.SetLastWriteTimeUtc(PathOf(api, $"blobs/sha256/{digest[7..9]}/{digest[7..]}/data"), DateTime.UtcNow.AddDays(-2));
    }

    private static void Write(Api api, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(api, path))!);
        File.WriteAllText(PathOf(api, path), text);
    }

    private static string PathOf(Api api, string path) => Path.Combine(api.Registry.Folder, "docker/registry/v2", path);
}
