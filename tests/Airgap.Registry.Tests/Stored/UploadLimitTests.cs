using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>Unfinished uploads are bounded in number, in bytes and in time.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadLimitTests
{
    [TestMethod]
    public async Task SoManyUploadsAreOpenAndNotOneMore()
    {
        await using Api api = await StartAsync(new UploadLimits { MaxCount = 2 });
        string first = await api.StartUploadAsync("a");
        await api.StartUploadAsync("b");
        (await api.SendAsync("POST", "/v2/a/blobs/uploads/")).AssertError(429, "TOOMANYREQUESTS");

        Assert.AreEqual(204, (await api.SendAsync("DELETE", first)).Status);
        await api.StartUploadAsync("a");
    }

    [TestMethod]
    public async Task AnUploadThatWasLeftAloneGivesWay()
    {
        await using Api api = await StartAsync(new UploadLimits { MaxCount = 2, IdleAfter = TimeSpan.Zero });
        string oldest = await api.StartUploadAsync("a");
        string second = await api.StartUploadAsync("a");
        await api.SendAsync("PATCH", second, [1]);
        string third = await api.StartUploadAsync("a");

        Assert.AreEqual(404, (await api.GetAsync(oldest)).Status);
        Assert.AreEqual(204, (await api.GetAsync(second)).Status);
        Assert.AreEqual(204, (await api.GetAsync(third)).Status);
        Assert.HasCount(2, Directory.GetDirectories(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads")));
    }

    [TestMethod]
    public async Task TheBytesOfAllUploadsTogetherAreBounded()
    {
        await using Api api = await StartAsync(new UploadLimits { MaxBytes = 100 });
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, new byte[101])).Status);
        (await api.SendAsync("POST", "/v2/a/blobs/uploads/")).AssertError(429, "TOOMANYREQUESTS");
        Assert.AreEqual(204, (await api.SendAsync("DELETE", upload)).Status);
        await api.StartUploadAsync("a");
    }

    [TestMethod]
    public async Task ABlobMayBeAsLongAsTheLimitAndNoLonger()
    {
        await using Api api = await StartAsync(new UploadLimits { MaxBlobBytes = 10 });
        byte[] longest = new byte[10];
        Assert.AreEqual(
            201, (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={RegistryWriter.DigestOf(longest)}", longest)).Status);
        (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={RegistryWriter.DigestOf(new byte[11])}", new byte[11]))
            .AssertError(413, "SIZE_INVALID");
    }

    [TestMethod]
    public async Task AnAbandonedUpload_IsRemoved_WhileTheRegistryRuns()
    {
        UploadLimits limits = new();
        await using Api api = await StartAsync(limits, TimeSpan.FromMilliseconds(20));
        string used = await api.StartUploadAsync("a");
        // Another upload of that repository, idle for longer than the limit, appears in one step.
        using TestKit.TempFolder temp = new();
        string old = Guid.NewGuid().ToString();
        Directory.CreateDirectory(temp[old]);
        File.WriteAllText(temp[$"{old}/data"], "x");
        File.SetLastWriteTimeUtc(temp[$"{old}/data"], DateTime.UtcNow - limits.MaxAge - TimeSpan.FromHours(1));
        string folder = Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads", old);
        Directory.Move(temp[old], folder);

        while (Directory.Exists(folder))
            await Task.Yield();
        Assert.AreEqual(404, (await api.GetAsync($"{used[..(used.LastIndexOf('/') + 1)]}{old}")).Status);
        Assert.AreEqual(204, (await api.GetAsync(used)).Status, "one that is used stays");
    }

    [TestMethod]
    public async Task UploadsOfAnEarlierRunCount()
    {
        using TestKit.TempFolder temp = new();
        string upload;
        await using (Api before = await Api.StartAsync(new RegistryFixtureOptions { Folder = temp.Path }))
            upload = await before.StartUploadAsync("a");

        using RegistryStorage storage = new(temp.Path, new UploadLimits { MaxCount = 1 });
        storage.Uploads.Purge(storage.Catalog, CancellationToken.None);
        Assert.IsNull(storage.Uploads.Start("a"));
        Assert.IsNotNull(storage.Uploads.Find("a", upload[(upload.LastIndexOf('/') + 1)..]));
    }

    private static Task<Api> StartAsync(UploadLimits limits, TimeSpan? purgeEvery = null) => Api.StartAsync(new RegistryFixtureOptions
    {
        Configure = options => options with { Uploads = limits, PurgeEvery = purgeEvery ?? options.PurgeEvery },
    });
}
