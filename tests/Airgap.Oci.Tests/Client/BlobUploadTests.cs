using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobUploadTests
{
    private static readonly byte[] s_bytes = Answers.Blob(400_000);
    private static readonly string s_hash = Digest.Compute(s_bytes).ToString();
    private static readonly string s_escaped = Uri.EscapeDataString(s_hash);
    private static readonly string s_selfMount = $"POST /v2/apps/web/blobs/uploads/?mount={s_escaped}&from=apps%2Fweb";

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ABlobThatIsThereIsNotOpened()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(201, "/v2/apps/web/blobs/" + s_hash);
        MemoryBlob blob = new(s_bytes);

        Assert.AreEqual(BlobOutcome.Present, await test.Repository().PushBlobAsync(blob, null, null, None));
        Assert.AreEqual(0, blob.Opened);
        Assert.AreEqual(s_selfMount, server.Lines.Single());
    }

    [TestMethod]
    [DataRow("registry.local:5055/apps/base", "apps%2Fbase", BlobOutcome.Mounted)]
    [DataRow("registry.local:5055/apps/web", "apps%2Fweb", BlobOutcome.Present)]
    [DataRow("other.local/apps/base", "apps%2Fweb", BlobOutcome.Present)]
    public async Task AMountNamesARepositoryOfTheSameRegistry(string from, string asked, BlobOutcome expected)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(201);

        Assert.AreEqual(expected, await test.Repository().PushBlobAsync(new MemoryBlob(s_bytes), RepositoryName.Parse(from), null, None));
        StringAssert.EndsWith(server.Lines.Single(), "&from=" + asked);
    }

    [TestMethod]
    [DataRow("/v2/apps/web/blobs/uploads/1?_state=a%3D%3D&x=1", "&")]
    [DataRow("/v2/apps/web/blobs/uploads/1", "?")]
    [DataRow("http://registry.local:5055/v2/apps/web/blobs/uploads/1?_state=b", "&")]
    public async Task AMissingBlobIsSentWithOnePut(string location, string separator)
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = location };
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(new MemoryBlob(s_bytes), null, progress, None));

        CollectionAssert.AreEqual(s_bytes, upload.Stored);
        string path = location.Replace("http://registry.local:5055", "");
        CollectionAssert.AreEqual(new[] { s_selfMount, $"PUT {path}{separator}digest={s_escaped}" }, upload.Server.Lines);
        SeenRequest put = upload.Server.Seen.Last();
        Assert.AreEqual("application/octet-stream", put["Content-Type"]);
        Assert.AreEqual("400000", put["Content-Length"]);
        Assert.IsNull(put["Expect"]);
        Assert.AreEqual(s_bytes.Length, progress.Sum);
        Assert.IsGreaterThan(2, progress.Reports.Count, "a buffer at a time");
    }

    [TestMethod]
    public async Task AnEmptyBlobIsSent()
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(new MemoryBlob([]), null, null, None));
        Assert.IsEmpty(upload.Stored!);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(405)]
    public async Task ARefusedMountIsFollowedByAPlainPost(int status)
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local)) { MountStatus = status };

        Assert.AreEqual(BlobOutcome.Copied,
            await test.Repository().PushBlobAsync(
                new MemoryBlob(s_bytes), RepositoryName.Parse("registry.local:5055/apps/base"), null, None));

        Assert.AreEqual("POST /v2/apps/web/blobs/uploads/", upload.Server.Lines[1]);
        Assert.HasCount(3, upload.Server.Lines);
    }

    [TestMethod]
    public async Task ABrokenPutStartsOver()
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.Request.Body.ReadExactlyAsync(new byte[100_000]);
            context.Abort();
            return true;
        };
        MemoryBlob blob = new(s_bytes);
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(blob, null, progress, None));

        Assert.AreEqual(2, blob.Opened);
        CollectionAssert.AreEqual(s_bytes, upload.Stored);
        Assert.AreEqual(s_bytes.Length, progress.Sum);
        Assert.IsTrue(progress.Reports.Any(report => report < 0));
        Assert.AreEqual(2, upload.Server.Lines.Count(line => line == s_selfMount));
    }

    [TestMethod]
    public async Task APassingRefusalStartsOver()
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Error(503, "UNAVAILABLE", "later");
            return true;
        };
        SumProgress progress = new();

        await test.Repository().PushBlobAsync(new MemoryBlob(s_bytes), null, progress, None);
        Assert.AreEqual(s_bytes.Length, progress.Sum);
        Assert.HasCount(5, upload.Server.Lines, "POST and PUT, each twice, and a DELETE of the first upload");
    }

    [TestMethod]
    public async Task BadBytesNeverCompleteAnUpload()
    {
        await using RegistryTest test = new();
        ScriptedServer source = await test.ServeAsync("source.local");
        byte[] bad = [.. s_bytes];
        bad[^1] ^= 1;
        source.OnRequest = context => context.Bytes(bad);
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        TaskCompletionSource third = new(TaskCreationOptions.RunContinuationsAsynchronously);
        upload.OnPut = (_, number) =>
        {
            if (number == 3)
                third.SetResult();
            return Task.FromResult(false);
        };
        IBlobContent blob = test.Repository("source.local/a").GetBlob(new MemoryBlob(s_bytes).Descriptor);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));

        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
        StringAssert.Contains(e.Message, "source.local/a");
        await Assert.ThrowsAsync<Exception>(() => upload.FirstBody.Task, "the body was cut");
        Assert.IsNull(upload.Stored);

        // The client may be done before the server has seen its last request.
        await third.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.AreEqual(3, upload.Puts, "bytes may be spoiled on their way: they are fetched again, twice and no more");
    }

    [TestMethod]
    public async Task ASourceThatVerifiesAtItsEndIsHeardBeforeTheLastBytesGoOut()
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        AirgapException failure = new(ErrorCode.ArchiveDigestMismatch, "The archive is damaged.", "Make it again.");
        MemoryBlob blob = new(s_bytes) { Open = _ => new FailingStream(s_bytes, failure) };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));

        Assert.AreSame(failure, e);
        Assert.IsNull(upload.Stored);
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(1)]
    public async Task ASourceOfAnotherLengthIsRefused(int difference)
    {
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        MemoryBlob blob = new(s_bytes) { Open = _ => new MemoryStream(difference < 0 ? s_bytes[1..] : [.. s_bytes, 0]) };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));
        Assert.AreEqual(ErrorCode.SizeMismatch, e.Code);
        Assert.IsNull(upload.Stored);
    }

    [TestMethod]
    [DataRow(413, "0-8912895", "8912896-17825791")]
    [DataRow(400, "")]
    [DataRow(404, "")]
    [DataRow(405, "")]
    [DataRow(411, "")]
    [DataRow(415, "")]
    [DataRow(416, "")]
    [DataRow(422, "")]
    [DataRow(501, "")]
    public async Task ARefusedWholeIsSentAsImgpkgSendsItAndInChunksIfItIsTooLong(int status, params string[] ranges)
    {
        byte[] large = Answers.Blob(17 * 1024 * 1024);
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = "/v2/apps/web/blobs/uploads/1?n=0" };
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Error(status, "SIZE_INVALID", "too large");
            return true;
        };
        SumProgress progress = new();
        MemoryBlob blob = new(large);

        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(blob, null, progress, None));

        CollectionAssert.AreEqual(large, upload.Patched.ToArray());
        CollectionAssert.AreEqual(ranges, upload.Ranges);
        Assert.AreEqual(large.Length, progress.Sum);
        StringAssert.StartsWith(upload.LastPut, $"PUT /v2/apps/web/blobs/uploads/1?n={ranges.Length}&digest=");
        Assert.AreEqual("0", upload.Server.Seen.Last(request => request.Line == upload.LastPut)["Content-Length"]);
        Assert.AreEqual(2, blob.Opened, "once whole, once for what follows");
    }

    [TestMethod]
    public async Task AChunkThatWasTakenInPartIsGoneOnWith()
    {
        byte[] large = Answers.Blob(3_000_000);
        await using RegistryTest test = new();
        Upload upload = new(await test.ServeAsync(RegistryTest.Local)) { TakeAtMost = 2_000_000 };
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Empty(413);
            return true;
        };
        SumProgress progress = new();

        await test.Repository().PushBlobAsync(new MemoryBlob(large), null, progress, None);
        CollectionAssert.AreEqual(large, upload.Patched.ToArray());
        Assert.AreEqual(large.Length, progress.Sum);
    }

    [TestMethod]
    public async Task ARedirectedUploadSendsItsBodyAgain()
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        byte[]? stored = null;
        storage.OnRequest = async context =>
        {
            stored = await context.ReadBody();
            await context.Empty(201);
        };
        Upload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, _) =>
        {
            await context.ReadBody();
            await context.Empty(307, "http://storage.local/put?sig=1");
            return true;
        };
        upload.Server.OnPing = context => context.Challenge("Basic realm=\"x\"");
        SumProgress progress = new();

        await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")))
            .PushBlobAsync(new MemoryBlob(s_bytes), null, progress, None);

        CollectionAssert.AreEqual(s_bytes, stored);
        Assert.IsNull(storage.Seen.Last()["Authorization"]);
        Assert.IsNotNull(upload.Server.Seen.Last()["Authorization"]);
        Assert.AreEqual(s_bytes.Length, progress.Sum);
    }

    [TestMethod]
    public async Task ALocationOnAnotherHostGetsNoCredentials()
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        storage.OnRequest = async context =>
        {
            await context.ReadBody();
            await context.Empty(201);
        };
        Upload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = "http://storage.local/up?x=1" };
        upload.Server.OnPing = context => context.Challenge("Basic realm=\"x\"");

        await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")))
            .PushBlobAsync(new MemoryBlob(s_bytes), null, null, None);

        Assert.AreEqual($"PUT /up?x=1&digest={s_escaped}", storage.Lines.Single());
        Assert.IsNull(storage.Seen.Last()["Authorization"]);
    }

    [TestMethod]
    [DataRow(401, ErrorCode.Unauthorized)]
    [DataRow(400, ErrorCode.RegistryRefused)]
    public async Task AnEarlyRefusalIsTheFailure(int status, ErrorCode expected)
    {
        byte[] large = Answers.Blob(30_000_000);
        await using RegistryTest test = new();
        test.ServeRaw(RegistryTest.Local, line => line.Split(' ')[0] switch
        {
            "POST" => "HTTP/1.1 202 Accepted\r\nLocation: /v2/up\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "HEAD" => "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "PUT" or "PATCH" =>
                $"HTTP/1.1 {status} No\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nConnection: close\r\n\r\nearly no",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        });

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushBlobAsync(new MemoryBlob(large), null, null, None));
        Assert.AreEqual(expected, e.Code, e.Message);
        StringAssert.Contains(e.Message, "early no");
    }

    /// <summary>A repository's uploads.</summary>
    private sealed class Upload
    {
        private int _puts;

        public Upload(ScriptedServer server)
        {
            Server = server;
            server.OnRequest = AnswerAsync;
        }

        public ScriptedServer Server { get; }

        public string Location { get; init; } = "/v2/apps/web/blobs/uploads/1";

        public int MountStatus { get; init; } = 202;

        public int TakeAtMost { get; init; } = int.MaxValue;

        public Func<HttpContext, int, Task<bool>> OnPut { get; set; } = (_, _) => Task.FromResult(false);

        public byte[]? Stored { get; private set; }

        public MemoryStream Patched { get; } = new();

        public List<string> Ranges { get; } = [];

        public int Puts => _puts;

        public string LastPut => Server.Lines.Last(line => line.StartsWith("PUT ", StringComparison.Ordinal));

        public TaskCompletionSource<byte[]> FirstBody { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private async Task AnswerAsync(HttpContext context)
        {
            switch (context.Request.Method)
            {
                case "POST" when MountStatus >= 400 && context.Request.QueryString.HasValue:
                    await context.Error(MountStatus, "UNSUPPORTED", "no mounts");
                    break;
                case "POST":
                    await context.Empty(202, Location);
                    break;
                case "DELETE":
                    await context.Empty(204);
                    break;
                case "HEAD":
                    await context.Empty(404);
                    break;
                case "PATCH":
                    Ranges.Add(context.Request.Headers.ContentRange.ToString());
                    byte[] chunk = await context.ReadBody();
                    await Patched.WriteAsync(chunk.AsMemory(0, Math.Min(TakeAtMost, chunk.Length)));
                    context.Response.Headers.Range = $"0-{Patched.Length - 1}";
                    await context.Empty(202, $"/v2/apps/web/blobs/uploads/1?n={Ranges.Count}");
                    break;
                default:
                    if (await OnPut(context, Interlocked.Increment(ref _puts)))
                        break;
                    try
                    {
                        Stored = await context.ReadBody();
                        FirstBody.TrySetResult(Stored);
                    }
                    catch (Exception e)
                    {
                        FirstBody.TrySetException(e);
                        throw;
                    }

                    await context.Empty(201);
                    break;
            }
        }
    }
}
