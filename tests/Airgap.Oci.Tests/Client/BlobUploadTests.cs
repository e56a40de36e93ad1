using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A blob is found, mounted, or sent with one PUT.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobUploadTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ABlobThatIsThere_IsNotOpened()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(201, "/v2/apps/web/blobs/" + ScriptedUpload.Hash);
        MemoryBlob blob = new(ScriptedUpload.Bytes);

        Assert.AreEqual(BlobOutcome.Present, await test.Repository().PushBlobAsync(blob, null, null, None));
        Assert.AreEqual(0, blob.Opened);
        Assert.AreEqual(ScriptedUpload.SelfMount, server.Lines.Single());
    }

    [TestMethod]
    [DataRow("registry.local:5055/apps/base", "apps%2Fbase", BlobOutcome.Mounted)]
    [DataRow("registry.local:5055/apps/web", "apps%2Fweb", BlobOutcome.Present)]
    [DataRow("other.local/apps/base", "apps%2Fweb", BlobOutcome.Present)]
    public async Task AMount_NamesARepositoryOfTheSameRegistry(string from, string asked, BlobOutcome expected)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(201);

        Assert.AreEqual(expected,
            await test.Repository().PushBlobAsync(new MemoryBlob(ScriptedUpload.Bytes), RepositoryName.Parse(from), null, None));
        StringAssert.EndsWith(server.Lines.Single(), "&from=" + asked);
    }

    [TestMethod]
    [DataRow("/v2/apps/web/blobs/uploads/1?_state=a%3D%3D&x=1", "&")]
    [DataRow("/v2/apps/web/blobs/uploads/1", "?")]
    [DataRow("http://registry.local:5055/v2/apps/web/blobs/uploads/1?_state=b", "&")]
    public async Task AMissingBlob_IsSentWithOnePut(string location, string separator)
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = location };
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied,
            await test.Repository().PushBlobAsync(new MemoryBlob(ScriptedUpload.Bytes), null, progress, None));

        CollectionAssert.AreEqual(ScriptedUpload.Bytes, upload.Stored);
        string path = location.Replace("http://registry.local:5055", "");
        CollectionAssert.AreEqual(
            new[] { ScriptedUpload.SelfMount, $"PUT {path}{separator}digest={ScriptedUpload.Escaped}" }, upload.Server.Lines);
        SeenRequest put = upload.Server.Seen.Last();
        Assert.AreEqual("application/octet-stream", put["Content-Type"]);
        Assert.AreEqual("400000", put["Content-Length"]);
        Assert.IsNull(put["Expect"]);
        Assert.AreEqual(ScriptedUpload.Bytes.Length, progress.Sum);
        Assert.IsGreaterThan(2, progress.Reports.Count, "a buffer at a time");
    }

    [TestMethod]
    public async Task AnEmptyBlob_IsSent()
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(new MemoryBlob([]), null, null, None));
        Assert.IsEmpty(upload.Stored!);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(405)]
    public async Task ARefusedMount_IsFollowedByAPlainPost(int status)
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local)) { MountStatus = status };

        Assert.AreEqual(BlobOutcome.Copied,
            await test.Repository().PushBlobAsync(
                new MemoryBlob(ScriptedUpload.Bytes), RepositoryName.Parse("registry.local:5055/apps/base"), null, None));

        Assert.AreEqual("POST /v2/apps/web/blobs/uploads/", upload.Server.Lines[1]);
        Assert.HasCount(3, upload.Server.Lines);
    }

    [TestMethod]
    [DataRow(401, ErrorCode.Unauthorized)]
    [DataRow(400, ErrorCode.RegistryRefused)]
    public async Task AnEarlyRefusal_IsTheFailure(int status, ErrorCode expected)
    {
        byte[] large = Responses.Blob(30_000_000);
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
}
