using System.Text;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobTests
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("0123456789");

    private const string Unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    [TestMethod]
    public async Task ABlobComesBackWithItsDigestAndLength()
    {
        await using Api api = await Api.StartAsync();
        string path = $"/v2/a/b/blobs/{(await api.Writer.PushBlobAsync("a/b", s_text)).Digest}";
        Answer get = await api.GetAsync(path);
        Answer head = await api.SendAsync("HEAD", path);

        CollectionAssert.AreEqual(s_text, get.Body);
        Assert.IsEmpty(head.Body);
        foreach (Answer answer in (Answer[])[get, head])
        {
            Assert.AreEqual(200, answer.Status);
            Assert.AreEqual("10", answer["Content-Length"]);
            Assert.AreEqual(RegistryWriter.DigestOf(s_text), answer["Docker-Content-Digest"]);
            Assert.AreEqual($"\"{RegistryWriter.DigestOf(s_text)}\"", answer["ETag"]);
            Assert.AreEqual("bytes", answer["Accept-Ranges"]);
            Assert.AreEqual("application/octet-stream", answer["Content-Type"]);
        }
    }

    [TestMethod]
    [DataRow("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [DataRow("bytes=3-5", 206, "345", "bytes 3-5/10")]
    [DataRow("bytes=7-", 206, "789", "bytes 7-9/10")]
    [DataRow("bytes=7-100", 206, "789", "bytes 7-9/10")]
    [DataRow("bytes=-2", 206, "89", "bytes 8-9/10")]
    [DataRow("bytes=-100", 206, "0123456789", "bytes 0-9/10")]
    [DataRow("bytes=5-3", 200, "0123456789", null)]
    [DataRow("bytes=0-1,4-5", 200, "0123456789", null)]
    [DataRow("items=0-1", 200, "0123456789", null)]
    [DataRow("bytes=10-", 416, null, "bytes */10")]
    [DataRow("bytes=-0", 416, null, "bytes */10")]
    public async Task ARangeIsAnsweredAsTheRfcSays(string range, int status, string? body, string? contentRange)
    {
        await using Api api = await Api.StartAsync();
        string digest = (await api.Writer.PushBlobAsync("a", s_text)).Digest;
        Answer answer = await api.GetAsync($"/v2/a/blobs/{digest}", ("Range", range));
        Assert.AreEqual(status, answer.Status);
        Assert.AreEqual(contentRange, answer["Content-Range"]);
        if (body is not null)
            Assert.AreEqual(body, Encoding.ASCII.GetString(answer.Body));
    }

    [TestMethod]
    [DataRow(true, 206)]
    [DataRow(false, 200)]
    public async Task ARangeAppliesOnlyToTheContentTheClientHas(bool same, int status)
    {
        await using Api api = await Api.StartAsync();
        string digest = (await api.Writer.PushBlobAsync("a", s_text)).Digest;
        Answer answer = await api.GetAsync(
            $"/v2/a/blobs/{digest}", ("Range", "bytes=1-"), ("If-Range", $"\"{(same ? digest : Unknown)}\""));
        Assert.AreEqual(status, answer.Status);
    }

    [TestMethod]
    public async Task ContentTheClientHasIsNotSentAgain()
    {
        await using Api api = await Api.StartAsync();
        string digest = (await api.Writer.PushBlobAsync("a", s_text)).Digest;
        Answer answer = await api.GetAsync($"/v2/a/blobs/{digest}", ("If-None-Match", $"\"{digest}\""));
        Assert.AreEqual(304, answer.Status);
        Assert.IsEmpty(answer.Body);
    }

    [TestMethod]
    public async Task ABlobBelongsToItsRepositoryOnly()
    {
        await using Api api = await Api.StartAsync();
        string digest = (await api.Writer.PushBlobAsync("a", s_text)).Digest;
        (await api.GetAsync($"/v2/b/blobs/{digest}")).AssertError(404, "BLOB_UNKNOWN");
        (await api.GetAsync($"/v2/a/blobs/{Unknown}")).AssertError(404, "BLOB_UNKNOWN");
        Assert.AreEqual(404, (await api.SendAsync("HEAD", $"/v2/b/blobs/{digest}")).Status);
    }

    [TestMethod]
    public async Task ADeletedBlobIsGoneFromItsRepositoryOnly()
    {
        await using Api api = await Api.StartAsync();
        string digest = (await api.Writer.PushBlobAsync("a", s_text)).Digest;
        await api.Writer.PushBlobAsync("b", s_text);
        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/blobs/{digest}")).Status);
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{digest}")).Status);
        (await api.SendAsync("DELETE", $"/v2/a/blobs/{digest}")).AssertError(404, "BLOB_UNKNOWN");
        Assert.IsTrue(await api.Content.HasBlobAsync("b", digest));
    }

    [TestMethod]
    public async Task AnInvalidRequest_IsRefused()
    {
        await using Api api = await Api.StartAsync();
        (await api.GetAsync("/v2/a/blobs/sha256:xyz")).AssertError(400, "DIGEST_INVALID");
        (await api.GetAsync($"/v2/A/blobs/{Unknown}")).AssertError(400, "NAME_INVALID");
        (await api.SendAsync("PUT", $"/v2/a/blobs/{Unknown}", s_text)).AssertError(405, "UNSUPPORTED");
    }

    [TestMethod]
    [DataRow("/v2/%2e%2e/%2e%2e/blobs/")]
    [DataRow("/v2/a%2f..%2f..%2fb/blobs/")]
    [DataRow("/v2/_uploads/blobs/")]
    [DataRow("/v2/a/_layers/blobs/")]
    [DataRow("/v2/a//b/blobs/")]
    [DataRow("/v2/a\\..\\b/blobs/")]
    [DataRow("/v2/a%5c..%5cb/blobs/")]
    [DataRow("/v2/../../../etc/blobs/")]
    public async Task NoNameLeadsOutOfTheRepositories(string path)
    {
        await using Api api = await Api.StartAsync();
        string answer = await api.SendRawAsync($"GET {path}{Unknown} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.IsTrue(answer.StartsWith("HTTP/1.1 40", StringComparison.Ordinal), answer);
        Assert.DoesNotContain("BLOB_UNKNOWN", answer);
    }

    [TestMethod]
    [DoNotParallelize]
    public async Task ALargeBlobPassesWithoutBeingHeldInMemory()
    {
        const int Size = 64 * 1024 * 1024;
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("big");
        string digest = RegistryWriter.DigestOf(new byte[Size]);
        GC.Collect();
        long before = GC.GetTotalAllocatedBytes(precise: true);

        Answer put = await api.SendContentAsync(
            "PUT", $"{upload}?digest={digest}", new StreamContent(new ZeroStream(Size)), ("Content-Length", $"{Size}"));
        Assert.AreEqual(201, put.Status);
        using HttpResponseMessage response = await api.Client.GetAsync($"/v2/big/blobs/{digest}", HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[81920];
        long total = 0;
        while (await body.ReadAsync(buffer) is > 0 and int read)
            total += read;

        Assert.AreEqual(Size, total);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.IsLessThan(Size / 4, allocated, $"{allocated} bytes were allocated");
    }

    private sealed class ZeroStream(long length) : ReadOnlyStream
    {
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            int read = (int)Math.Min(buffer.Length, _left);
            buffer[..read].Clear();
            _left -= read;
            return read;
        }
    }
}
