using System.Net;
using System.Net.Sockets;
using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Microsoft.AspNetCore.Builder;

namespace Airgap.Registry.Tests;

/// <summary>
/// The server listens while archives are read: early requests wait, and problems of an archive are still reported.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class StartTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task AnEarlyRequest_IsAnswered_WhenTheContentIsReady()
    {
        using TempFolder temp = new();
        RegistryServerOptions options = new() { Folder = temp.Path, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        TaskCompletionSource<RegistryApplication> registry = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebApplication application = WebHost.Build(options, registry.Task);
        await application.StartAsync(Token);
        using HttpClient client = new() { BaseAddress = WebHost.AddressOf(application, options) };
        Task<HttpResponseMessage> early = client.GetAsync("/v2/", Token);
        using RegistryStorage storage = new(temp.Path, new UploadLimits());
        Assert.IsFalse(early.IsCompleted);
        registry.SetResult(new RegistryApplication(options, storage, storage, users: null, new ArchiveChanges(null)));
        using HttpResponseMessage answer = await early;
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
    }

    [TestMethod]
    public async Task OfABadArchiveNothingListensAfterwards()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["a.tar"], "no archive");
        IPEndPoint listen = new(IPAddress.Loopback, FreePort());
        RegistryServerOptions options = new() { Archives = [new Archives.ArchiveToServe(temp["a.tar"])], Listen = listen };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RegistryServer.StartAsync(options, Token));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
        using TcpListener free = new(listen);
        free.Start();

        // The port is in use and the archive is invalid: the error is that of the archive, which the user must fix first.
        e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RegistryServer.StartAsync(options, Token));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
    }

    [TestMethod]
    public async Task ATakenPort_ClosesTheArchive()
    {
        using TempFolder temp = new();
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), temp["a.tar"]);
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        RegistryServerOptions options =
            new() { Archives = [new Archives.ArchiveToServe(temp["a.tar"])], Listen = (IPEndPoint)taken.LocalEndpoint };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RegistryServer.StartAsync(options, Token));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
        using FileStream alone = new(temp["a.tar"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
