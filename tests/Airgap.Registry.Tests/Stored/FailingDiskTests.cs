using System.Security.Cryptography;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>A failing or full disk damages neither the blob being sent nor a stored one.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class FailingDiskTests
{
    private const int DiskFull = 28;

    private volatile bool _fails;
    private long _failsFrom;

    [TestMethod]
    public async Task BytesThatWereNotWrittenDoNotCountWhateverFollowsThem()
    {
        await using Api api = await StartAsync();
        byte[] good = RandomNumberGenerator.GetBytes(1000);
        byte[] other = RandomNumberGenerator.GetBytes(1000);
        string digest = (await api.Writer.PushBlobAsync("standing", good)).Digest;

        string upload = await api.StartUploadAsync("a");
        _fails = true;
        Assert.AreEqual(507, (await api.SendAsync("PATCH", upload, good)).Status);
        _fails = false;
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, other)).Status);
        (await api.SendAsync("PUT", $"{upload}?digest={digest}")).AssertError(400, "DIGEST_INVALID");

        Assert.IsFalse(await api.Content.HasBlobAsync("a", digest));
        CollectionAssert.AreEqual(good, await api.Content.BlobAsync("standing", digest));
    }

    [TestMethod]
    public async Task AnUploadGoesOnFromWhatWasWritten()
    {
        await using Api api = await StartAsync();
        byte[] good = RandomNumberGenerator.GetBytes(600_000);
        string digest = RegistryWriter.DigestOf(good);
        string upload = await api.StartUploadAsync("a");
        _failsFrom = 1;
        _fails = true;
        Assert.AreEqual(507, (await api.SendAsync("PATCH", upload, good)).Status);
        _fails = false;

        string range = (await api.GetAsync(upload))["Range"]!;
        int written = int.Parse(range.Split('-')[1]) + 1;
        Assert.IsInRange(1, good.Length - 1, written);
        Answer answer = await api.SendAsync(
            "PUT", $"{upload}?digest={digest}", good[written..], ("Content-Range", $"{written}-{good.Length - 1}"));

        Assert.AreEqual(201, answer.Status);
        CollectionAssert.AreEqual(good, await api.Content.BlobAsync("a", digest));
    }

    [TestMethod]
    public async Task BytesThatAFailedWriteLeftBehindAreNoPartOfTheBlob()
    {
        await using Api api = await StartAsync();
        byte[] good = RandomNumberGenerator.GetBytes(1000);
        string digest = RegistryWriter.DigestOf(good);
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, good)).Status);
        string file = Path.Combine(
            api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads", upload[(upload.LastIndexOf('/') + 1)..], "data");
        using (FileStream data = new(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            data.Write([1, 2, 3]);

        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={digest}")).Status);
        CollectionAssert.AreEqual(good, await api.Content.BlobAsync("a", digest));
    }

    [TestMethod]
    public async Task ABlobThatStandsIsNotWrittenAgainAndADamagedOneIs()
    {
        await using Api api = await StartAsync();
        byte[] content = RandomNumberGenerator.GetBytes(1000);
        string digest = (await api.Writer.PushBlobAsync("a", content)).Digest;
        string hex = digest[(digest.IndexOf(':') + 1)..];
        string file = Path.Combine(api.Registry.Folder, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        DateTime longAgo = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, longAgo);

        Assert.AreEqual(201, (await api.SendAsync("POST", $"/v2/b/blobs/uploads/?digest={digest}", content)).Status);
        Assert.AreEqual(longAgo, File.GetLastWriteTimeUtc(file));

        File.WriteAllBytes(file, new byte[1000]);
        Assert.AreEqual(201, (await api.SendAsync("POST", $"/v2/b/blobs/uploads/?digest={digest}", content)).Status);
        CollectionAssert.AreEqual(content, await api.Content.BlobAsync("a", digest));
    }

    [TestMethod]
    public async Task ADamagedManifestIsMendedByAPush()
    {
        await using Api api = await StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        string hex = image.Digest[(image.Digest.IndexOf(':') + 1)..];
        string file = Path.Combine(api.Registry.Folder, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);

        await api.Writer.PushImageAsync("a", "t", [1]);
        Assert.AreEqual(image.Digest, (await api.Content.ManifestAsync("a", "t")).Digest);
    }

    [TestMethod]
    public async Task WhatWasReadOfADamagedManifest_IsForgotten()
    {
        await using Api api = await StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        Pushed config = await api.Writer.PushBlobAsync("a", [2], "application/vnd.example.sbom");
        const string Docker = "application/vnd.docker.distribution.manifest.v2+json";
        string json =
            $$"""{"schemaVersion":2,"mediaType":"{{Docker}}","config":{{config.Json}},"layers":[],"subject":{{image.Json}}}""";
        Pushed attached = await api.Writer.PushManifestAsync("a", null, json, Docker);
        string hex = attached.Digest[(attached.Digest.IndexOf(':') + 1)..];
        string file = Path.Combine(api.Registry.Folder, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        File.WriteAllBytes(file, new byte[attached.Size]);
        Assert.AreEqual(200, (await api.GetAsync($"/v2/a/manifests/{attached.Digest}")).Status);
        Assert.AreEqual(0, (await api.GetAsync($"/v2/a/referrers/{image.Digest}")).Json.GetProperty("manifests").GetArrayLength());

        await api.Writer.PushManifestAsync("a", null, json, Docker);

        Assert.AreEqual(Docker, (await api.GetAsync($"/v2/a/manifests/{attached.Digest}"))["Content-Type"]);
        Assert.AreEqual(1, (await api.GetAsync($"/v2/a/referrers/{image.Digest}")).Json.GetProperty("manifests").GetArrayLength());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AFailedPostOfAWholeBlob_LeavesNothing(bool isDiskFull)
    {
        await using Api api = await StartAsync();
        byte[] good = RandomNumberGenerator.GetBytes(600_000);
        string path = $"/v2/a/blobs/uploads/?digest={RegistryWriter.DigestOf(good)}";
        _failsFrom = 1;
        _fails = isDiskFull;
        int status = (await api.SendAsync("POST", path, good, isDiskFull ? [] : [("Content-Range", "5-600004")])).Status;

        Assert.AreEqual(isDiskFull ? 507 : 416, status);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads")));
        _fails = false;
        Assert.AreEqual(201, (await api.SendAsync("POST", path, good)).Status);
        CollectionAssert.AreEqual(good, await api.Content.BlobAsync("a", RegistryWriter.DigestOf(good)));
    }

    [TestMethod]
    public async Task AnUploadThatCannotStart_LeavesNothing()
    {
        await using Api api = await StartAsync();
        _fails = true;
        Assert.AreEqual(507, (await api.SendAsync("POST", "/v2/a/blobs/uploads/")).Status);
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads")));
    }

    [TestMethod]
    [DataRow(0, 404)]
    [DataRow(1, 204)]
    public async Task AFullDisk_RemovesUploadsThatAreIdle(int hours, int status)
    {
        await using Api api = await StartAsync(new UploadLimits { IdleAfter = TimeSpan.FromHours(hours) });
        string idle = await api.StartUploadAsync("a");
        string upload = await api.StartUploadAsync("b");
        _fails = true;

        Assert.AreEqual(507, (await api.SendAsync("PATCH", upload, [1])).Status);

        Assert.AreEqual(status, (await api.GetAsync(idle)).Status);
    }

    private Task<Api> StartAsync(UploadLimits? limits = null) => Api.StartAsync(new RegistryFixtureOptions
    {
        Configure = options => options with
        {
            Uploads = limits ?? new UploadLimits(),
            BeforeUploadWrite = offset =>
            {
                if (_fails && offset >= _failsFrom)
                    throw new IOException("No space left on device", DiskFull);
            },
        },
    });
}
