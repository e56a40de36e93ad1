using System.Security.Cryptography;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadTests
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("0123456789");
    private static readonly string s_textDigest = RegistryWriter.DigestOf(s_text);

    [TestMethod]
    public async Task AWholeBlob_NeedsOnePost()
    {
        await using Api api = await Api.StartAsync();
        Answer answer = await api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={s_textDigest}", s_text);
        Assert.AreEqual(201, answer.Status);
        Assert.AreEqual($"/v2/a/blobs/{s_textDigest}", answer["Location"]);
        Assert.AreEqual(s_textDigest, answer["Docker-Content-Digest"]);
        CollectionAssert.AreEqual(s_text, await api.Content.BlobAsync("a", s_textDigest));
    }

    [TestMethod]
    public async Task APostWithADigestAndNoBodyStartsAnUpload()
    {
        await using Api api = await Api.StartAsync();
        Assert.AreEqual(202, (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={s_textDigest}", [])).Status);
        StringAssert.StartsWith(
            await api.SendRawAsync(
                $"POST /v2/a/blobs/uploads/?digest={s_textDigest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 202 ", "no length is given");
        Assert.AreEqual(201, (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={RegistryWriter.DigestOf([])}", [])).Status);
        Assert.IsEmpty(await api.Content.BlobAsync("a", RegistryWriter.DigestOf([])));
    }

    [TestMethod]
    [DataRow("/v2/a/blobs/uploads/")]
    [DataRow("/v2/a/blobs/uploads")]
    public async Task APostAndAPutAreEnough(string path)
    {
        await using Api api = await Api.StartAsync();
        Answer started = await api.SendAsync("POST", path);
        Assert.AreEqual(202, started.Status);
        Assert.AreEqual("0-0", started["Range"]);
        Assert.IsNotNull(started["Docker-Upload-UUID"]);
        Answer put = await api.SendAsync("PUT", $"{started["Location"]}?digest={s_textDigest}", s_text);
        Assert.AreEqual(201, put.Status);
        Assert.AreEqual(s_textDigest, put["Docker-Content-Digest"]);
        CollectionAssert.AreEqual(s_text, await api.Content.BlobAsync("a", s_textDigest));
        Assert.IsEmpty(Directory.GetFileSystemEntries(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads")));
    }

    [TestMethod]
    public async Task ChunksAreAppendedInTheirOrder()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        Answer first = await api.SendAsync("PATCH", upload, s_text[..4], ("Content-Range", "0-3"));
        Assert.AreEqual(202, first.Status);
        Assert.AreEqual("0-3", first["Range"]);
        Answer status = await api.GetAsync(upload);
        Assert.AreEqual(204, status.Status);
        Assert.AreEqual("0-3", status["Range"]);
        Assert.AreEqual(upload, status["Location"]);
        Answer second = await api.SendAsync("PATCH", first["Location"]!, s_text[4..8], ("Content-Range", "4-7"));
        Assert.AreEqual("0-7", second["Range"]);
        Answer put = await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}", s_text[8..], ("Content-Range", "8-9"));
        Assert.AreEqual(201, put.Status);
        CollectionAssert.AreEqual(s_text, await api.Content.BlobAsync("a", s_textDigest));
    }

    [TestMethod]
    [DataRow("4-7")]
    [DataRow("0-3")]
    public async Task AChunkThatDoesNotFollowIsRefusedAndTheClientIsToldWhereToGoOn(string range)
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        await api.SendAsync("PATCH", upload, s_text[..2], ("Content-Range", "0-1"));
        Answer answer = await api.SendAsync("PATCH", upload, s_text[..4], ("Content-Range", range));
        answer.AssertError(416, "BLOB_UPLOAD_INVALID");
        Assert.AreEqual("0-1", answer["Range"]);
        Assert.AreEqual(upload, answer["Location"]);
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_text[2..], ("Content-Range", "2-9"))).Status);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}")).Status);
    }

    [TestMethod]
    [DataRow("nonsense")]
    [DataRow("5-2")]
    [DataRow("0-100")]
    public async Task AContentRangeThatMeansNothingIsRefused(string range)
    {
        await using Api api = await Api.StartAsync();
        (await api.SendAsync("PATCH", await api.StartUploadAsync("a"), s_text, ("Content-Range", range)))
            .AssertError(400, "BLOB_UPLOAD_INVALID");
    }

    [TestMethod]
    public async Task AWrongDigestIsRefusedAndNothingIsKept()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        (await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}", [1])).AssertError(400, "DIGEST_INVALID");
        Assert.IsFalse(await api.Content.HasBlobAsync("a", s_textDigest));
        (await api.GetAsync(upload)).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
        Assert.IsFalse(Directory.Exists(Path.Combine(api.Registry.Folder, "docker/registry/v2/blobs")));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("?digest=")]
    [DataRow("?digest=md5:00")]
    public async Task APutWithoutADigestIsRefusedAndTheUploadGoesOn(string query)
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        (await api.SendAsync("PUT", upload + query, s_text)).AssertError(400, "DIGEST_INVALID");
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}", s_text)).Status);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ADigestOfSha512_IsTaken(bool chunked)
    {
        await using Api api = await Api.StartAsync();
        string digest = "sha512:" + Convert.ToHexStringLower(SHA512.HashData(s_text));
        string upload = await api.StartUploadAsync("a");
        if (chunked)
            await api.SendAsync("PATCH", upload, s_text);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={digest}", chunked ? [] : s_text)).Status);
        CollectionAssert.AreEqual(s_text, await api.Content.BlobAsync("a", digest));
    }

    [TestMethod]
    public async Task ACancelledUploadIsGone()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(204, (await api.SendAsync("DELETE", upload)).Status);
        foreach (string method in (string[])["GET", "PATCH", "PUT", "DELETE"])
            (await api.SendAsync(method, $"{upload}?digest={s_textDigest}")).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
    }

    [TestMethod]
    public async Task AnUploadBelongsToItsRepository()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        (await api.GetAsync(upload.Replace("/a/", "/b/", StringComparison.Ordinal))).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
        (await api.GetAsync("/v2/a/blobs/uploads/data")).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
    }

    [TestMethod]
    [DataRow("&from=a", 201, DisplayName = "from a repository that has it")]
    [DataRow("&from=b", 202, DisplayName = "from itself, which lacks it")]
    [DataRow("&from=c", 202, DisplayName = "from a repository that lacks it")]
    [DataRow("&from=../x", 202, DisplayName = "from what is not a repository")]
    [DataRow("", 201, DisplayName = "from wherever it is")]
    public async Task ABlobIsMountedWhereItIsThere(string from, int status)
    {
        await using Api api = await Api.StartAsync();
        await api.Writer.PushBlobAsync("a", s_text);
        Answer answer = await api.SendAsync("POST", $"/v2/b/blobs/uploads/?mount={s_textDigest}{from}");
        Assert.AreEqual(status, answer.Status);
        Assert.AreEqual(status == 201, await api.Content.HasBlobAsync("b", s_textDigest));
        Assert.AreEqual(status == 201 ? $"/v2/b/blobs/{s_textDigest}" : $"/v2/b/blobs/uploads/{answer["Docker-Upload-UUID"]}",
            answer["Location"]);
    }

    [TestMethod]
    public async Task AMountFromTheRepositoryItselfTellsWhetherItHasTheBlob()
    {
        await using Api api = await Api.StartAsync();
        await api.Writer.PushBlobAsync("a", s_text);
        Assert.AreEqual(201, (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?mount={s_textDigest}&from=a")).Status);
    }

    [TestMethod]
    public async Task BytesThatArrivedStayWhenTheConnectionBreaks()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        api.Registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPatch ? Fault.TruncateUpload(6) : null;
        await Assert.ThrowsAsync<HttpRequestException>(() => api.SendAsync("PATCH", upload, s_text));
        api.Registry.OnRequest = null;
        Assert.AreEqual("0-5", (await api.GetAsync(upload))["Range"]);
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_text[6..], ("Content-Range", "6-9"))).Status);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}")).Status);
        CollectionAssert.AreEqual(s_text, await api.Content.BlobAsync("a", s_textDigest));
    }

    [TestMethod]
    public async Task AnUploadOutlivesARestart()
    {
        using TempFolder temp = new();
        string upload;
        await using (Api before = await Api.StartAsync(new RegistryFixtureOptions { Folder = temp.Path }))
        {
            upload = await before.StartUploadAsync("a");
            await before.SendAsync("PATCH", upload, s_text[..5]);
        }

        await using Api after = await Api.StartAsync(new RegistryFixtureOptions { Folder = temp.Path });
        Assert.AreEqual("0-4", (await after.GetAsync(upload))["Range"]);
        Assert.AreEqual(
            201, (await after.SendAsync("PUT", $"{upload}?digest={s_textDigest}", s_text[5..], ("Content-Range", "5-9"))).Status);
        CollectionAssert.AreEqual(s_text, await after.Content.BlobAsync("a", s_textDigest));
    }

    [TestMethod]
    public async Task ManyMayUploadTheSameBlobAtOnce()
    {
        await using Api api = await Api.StartAsync();
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        string[] repositories = [.. Enumerable.Range(0, 16).Select(i => $"r{i % 4}")];
        Pushed[] pushed = await Task.WhenAll(repositories.Select(repository => api.Writer.PushBlobAsync(repository, content)));
        foreach (string repository in repositories.Distinct())
            CollectionAssert.AreEqual(content, await api.Content.BlobAsync(repository, pushed[0].Digest));
    }

    [TestMethod]
    public async Task ARequestThatStillWritesGivesWayToTheNext()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        TaskCompletionSource end = new();
        HangingContent hanging = new(s_text[..4], end.Task);
        Task<Answer> first = api.SendContentAsync("PATCH", upload, hanging);
        string? range = null;
        while (range != "0-3")
            range = (await api.GetAsync(upload))["Range"];

        Answer second = await api.SendAsync("PATCH", upload, s_text[4..], ("Content-Range", "4-9"));
        Assert.AreEqual(202, second.Status);
        end.SetResult();
        Assert.AreEqual(400, (await first).Status);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={s_textDigest}")).Status);
    }

    private sealed class HangingContent(byte[] first, Task until) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(first);
            await stream.FlushAsync();
            await until;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
