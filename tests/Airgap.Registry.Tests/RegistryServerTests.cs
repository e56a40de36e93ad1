using System.Net;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests;

/// <summary>A registry starts, serves and stops.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RegistryServerTests : RegistryServerTestBase
{
    [TestMethod]
    public async Task ThePingSaysWhichApiIsSpokenAndNotWhoSpeaks()
    {
        await using Api api = await Api.StartAsync();
        foreach (string path in (string[])["/v2/", "/v2"])
        {
            Answer answer = await api.GetAsync(path);
            Assert.AreEqual(200, answer.Status);
            Assert.AreEqual("registry/2.0", answer["Docker-Distribution-Api-Version"]);
            Assert.IsNull(answer["Server"]);
        }

        Assert.AreEqual(404, (await api.GetAsync("/v1")).Status);
        Assert.AreEqual(405, (await api.SendAsync("POST", "/v2/")).Status);
    }

    [TestMethod]
    public async Task ASecondDisposalDoesNothing()
    {
        using TempFolder temp = new();
        RegistryServer server = await StartAsync(temp.Path, new IPEndPoint(IPAddress.Loopback, 0));

        await Task.WhenAll(server.DisposeAsync().AsTask(), server.DisposeAsync().AsTask());
        await server.DisposeAsync();

        await (await StartAsync(temp.Path, new IPEndPoint(IPAddress.Loopback, 0))).DisposeAsync();
    }

    [TestMethod]
    public async Task AsAProxyItAnswersForEveryHost()
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });
        using HttpClient client = new(new SocketsHttpHandler { Proxy = new WebProxy(api.Registry.Address) });
        using HttpResponseMessage response = await client.GetAsync("http://registry.local:5055/v2/apps/frontend/manifests/1.0.0");
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        using HttpResponseMessage list = await client.GetAsync("http://registry.local:5055/v2/_catalog?n=1");
        StringAssert.Contains(await list.Content.ReadAsStringAsync(), "apps/artifact");

        string other = await api.SendRawAsync("GET http://a.example/v2/ HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n");
        StringAssert.StartsWith(other, "HTTP/1.1 200");
    }

    [TestMethod]
    public async Task APortThatIsTakenIsAnErrorOfTheArgument()
    {
        await using Api api = await Api.StartAsync();
        using TempFolder temp = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => StartAsync(temp.Path, new IPEndPoint(IPAddress.Loopback, api.Registry.Port)));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
        StringAssert.Contains(e.Message, $"127.0.0.1:{api.Registry.Port}");
    }

    [TestMethod]
    public async Task AnAddressOfAnotherMachineIsAnErrorOfTheArgument()
    {
        using TempFolder temp = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => StartAsync(temp.Path, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
    }

    [TestMethod]
    public async Task AFileInTheFoldersPlaceIsAnErrorOfTheFile()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["file"], "");
        foreach (string folder in (string[])[temp["file"], Path.Combine(temp["file"], "below")])
        {
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => StartAsync(folder, new IPEndPoint(IPAddress.Loopback, 0)));
            Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
            StringAssert.Contains(e.Message, folder);
        }
    }

    [TestMethod]
    public async Task WaitingEndsWhenItIsAskedToAndThePortIsFreeAgain()
    {
        using TempFolder temp = new();
        using CancellationTokenSource stop = new();
        await using RegistryServer server = await StartAsync(temp.Path, new IPEndPoint(IPAddress.Loopback, 0));
        Task waiting = server.WaitForShutdownAsync(stop.Token);
        Assert.IsFalse(waiting.IsCompleted);
        await stop.CancelAsync();
        await waiting;
        using TempFolder other = new();
        await using RegistryServer next = await StartAsync(other.Path, new IPEndPoint(IPAddress.Loopback, server.Port));
        Assert.AreEqual(server.Address, next.Address);
    }

    [TestMethod]
    public async Task RequestsInProgress_AreFinished_BeforeItStops()
    {
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using TempFolder temp = new();
        RegistryServer server = await RegistryServer.StartAsync(
            new RegistryServerOptions
            {
                Folder = temp.Path,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                StopWithin = TimeSpan.FromMinutes(2),
                Interceptor = async (context, next) =>
                {
                    arrived.SetResult();
                    await goOn.Task;
                    await next(context);
                },
            },
            CancellationToken.None);
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        Task<HttpResponseMessage> request = client.GetAsync("/v2/");
        await arrived.Task;
        Task stopping = server.DisposeAsync().AsTask();
        Assert.IsFalse(stopping.IsCompleted);
        goOn.SetResult();
        using HttpResponseMessage response = await request;
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        await stopping;
    }

    [TestMethod]
    public async Task UploadsThatWereGivenUpLongAgoAreCleared()
    {
        using TempFolder temp = new();
        string root = Path.Combine(temp.Path, "docker", "registry", "v2");
        string old = Path.Combine(root, "repositories", "a", "b", "_uploads", Guid.NewGuid().ToString("D"));
        string young = Path.Combine(root, "repositories", "a", "b", "_uploads", Guid.NewGuid().ToString("D"));
        string left = Path.Combine(root, "_tmp", "x");
        foreach (string file in (string[])[Path.Combine(old, "data"), Path.Combine(young, "data"), left])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
            if (file != Path.Combine(young, "data"))
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-8));
        }

        Storage.RegistryStorage storage = new(temp.Path);
        storage.Uploads.Purge(storage.Catalog, CancellationToken.None);
        Assert.IsFalse(Directory.Exists(old));
        Assert.IsTrue(File.Exists(Path.Combine(young, "data")));
        Assert.IsFalse(File.Exists(left));
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Folder = temp.Path });
        Assert.AreEqual(204, (await api.GetAsync($"/v2/a/b/blobs/uploads/{Path.GetFileName(young)}")).Status);
    }

    [TestMethod]
    public async Task ADamagedLinkCountsAsNoneAndAPushMendsIt()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "t", [1]);
        string link = Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_manifests/tags/t/current/link");
        Assert.AreEqual(image.Digest, File.ReadAllText(link, Encoding.ASCII));
        File.WriteAllText(link, "");
        Assert.AreEqual(404, (await api.GetAsync("/v2/a/manifests/t")).Status);
        await api.Writer.PushImageAsync("a", "t", [1]);
        Assert.AreEqual(200, (await api.GetAsync("/v2/a/manifests/t")).Status);
    }
}
