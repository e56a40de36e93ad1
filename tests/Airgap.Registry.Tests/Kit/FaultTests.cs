using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Kit;

/// <summary>Injected faults behave as named; other tests rely on them.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class FaultTests
{
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes("0123456789");

    [TestMethod]
    public async Task AStatusIsAnsweredInsteadOfTheRegistry()
    {
        await using Api api = await Api.StartAsync();
        api.Registry.OnRequest = (_, _) => Fault.Status(429, """{"errors":[]}""", retryAfter: "7", headers: ("X-Own", "1"));
        Answer answer = await api.GetAsync("/v2/");
        Assert.AreEqual(429, answer.Status);
        Assert.AreEqual("7", answer["Retry-After"]);
        Assert.AreEqual("1", answer["X-Own"]);
        Assert.AreEqual("application/json", answer["Content-Type"]);
        Assert.AreEqual(429, api.Registry.Requests.Single().Status);
    }

    [TestMethod]
    public async Task ADroppedRequestDoesNotReachTheRegistryAndOneDroppedAfterwardsDoes()
    {
        await using Api api = await Api.StartAsync();
        api.Registry.OnRequest = (_, _) => Fault.Drop();
        string digest = RegistryWriter.DigestOf(s_text);
        await Assert.ThrowsAsync<HttpRequestException>(() => api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={digest}", s_text));
        api.Registry.OnRequest = null;
        Assert.IsFalse(await api.Content.HasBlobAsync("a", digest));
        api.Registry.OnRequest = (_, _) => Fault.DropAfter();
        await Assert.ThrowsAsync<HttpRequestException>(() => api.SendAsync("POST", $"/v2/a/blobs/uploads/?digest={digest}", s_text));
        api.Registry.OnRequest = null;
        Assert.IsTrue(await api.Content.HasBlobAsync("a", digest));
    }

    [TestMethod]
    public async Task ABodyIsCutWhereTheTestSays()
    {
        await using Api api = await Api.StartAsync();
        string path = $"/v2/a/blobs/{(await api.Writer.PushBlobAsync("a", s_text)).Digest}";
        api.Registry.OnRequest = (_, _) => Fault.CutBody(4);
        using HttpResponseMessage response = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] start = new byte[4];
        await body.ReadExactlyAsync(start);
        Assert.AreEqual("0123", Encoding.ASCII.GetString(start));
        await Assert.ThrowsAsync<IOException>(() => body.ReadAsync(start).AsTask());
        Assert.AreEqual(4, api.Registry.Of(RequestKind.BlobGet).Single().ResponseBytes);
    }

    [TestMethod]
    public async Task ABodyIsCorruptedInOneByte()
    {
        await using Api api = await Api.StartAsync();
        string path = $"/v2/a/blobs/{(await api.Writer.PushBlobAsync("a", s_text)).Digest}";
        api.Registry.OnRequest = (_, _) => Fault.CorruptBody(2);
        Assert.AreEqual("0133456789", Encoding.ASCII.GetString((await api.GetAsync(path)).Body));
    }

    [TestMethod]
    public async Task ABodyStallsUntilTheTestLetsItGo()
    {
        await using Api api = await Api.StartAsync();
        string path = $"/v2/a/blobs/{(await api.Writer.PushBlobAsync("a", s_text)).Digest}";
        TaskCompletionSource gate = new();
        api.Registry.OnRequest = (_, _) => Fault.Stall(gate.Task, afterBytes: 3);
        using HttpResponseMessage response = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[10];
        await body.ReadExactlyAsync(buffer.AsMemory(0, 3));
        Task<int> next = body.ReadAtLeastAsync(buffer.AsMemory(3), 7).AsTask();
        Assert.IsFalse(next.IsCompleted);
        gate.SetResult();
        await next;
        CollectionAssert.AreEqual(s_text, buffer);
    }

    [TestMethod]
    public async Task ADelayedRequestReachesTheRegistryWhenTheGateOpens()
    {
        await using Api api = await Api.StartAsync();
        TaskCompletionSource gate = new();
        TaskCompletionSource arrived = new();
        api.Registry.OnRequest = (request, _) =>
        {
            arrived.TrySetResult();
            return request.Path == "/v2/" ? Fault.Delay(gate.Task) : Fault.Delay(gate.Task, Fault.Status(503));
        };
        Task<Answer> first = api.GetAsync("/v2/");
        Task<Answer> second = api.GetAsync("/v2/_catalog");
        await arrived.Task;
        Assert.IsFalse(first.IsCompleted || second.IsCompleted);
        gate.SetResult();
        Assert.AreEqual(200, (await first).Status);
        Assert.AreEqual(503, (await second).Status);
    }

    [TestMethod]
    public async Task RequestsAreRecorded()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a/b", "t", s_text);
        await api.SendAsync("HEAD", "/v2/a/b/manifests/t");
        await api.GetAsync($"/v2/a/b/blobs/{RegistryWriter.DigestOf(s_text)}");
        await api.GetAsync("/v2/a/b/tags/list?n=1");
        CollectionAssert.AreEqual(
            (RequestKind[])[RequestKind.UploadPost, RequestKind.UploadPut, RequestKind.UploadPost, RequestKind.UploadPut,
                RequestKind.ManifestPut, RequestKind.ManifestHead, RequestKind.BlobGet, RequestKind.TagsList],
            api.Registry.Requests.Select(request => request.Kind).ToArray());
        RecordedRequest put = api.Registry.Of(RequestKind.ManifestPut).Single();
        Assert.AreEqual(("a/b", "t", 201, image.Size), (put.Repository, put.Reference, put.Status, put.RequestBytes));
        Assert.AreEqual(RegistryWriter.OciManifest, put.Header("content-type"));
        Assert.AreEqual(s_text.Length, api.Registry.Of(RequestKind.BlobGet).Single().ResponseBytes);
        Assert.AreEqual("/v2/a/b/tags/list?n=1", api.Registry.Requests[^1].PathAndQuery);
        api.Registry.Clear();
        Assert.IsEmpty(api.Registry.Requests);
    }
}
