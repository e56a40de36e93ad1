using System.Diagnostics;
using System.Net;
using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;

namespace Airgap.Registry.Tests.Http;

/// <summary>Stopping a served archive.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class StopTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AStalledClient_IsCutOff_AfterTheGracePeriod()
    {
        using TempFolder temp = new();
        (RegistryServer server, string path, int length) = await ServeAsync(temp, TimeSpan.FromMilliseconds(300));
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        using HttpResponseMessage answer = await client.GetAsync(
            path, HttpCompletionOption.ResponseHeadersRead, TestContext.CancellationToken);
        await using Stream body = await answer.Content.ReadAsStreamAsync(TestContext.CancellationToken);
        Stopwatch took = Stopwatch.StartNew();
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.CancellationToken);
        TestContext.WriteLine($"{took.ElapsedMilliseconds} ms");
        await Assert.ThrowsAsync<Exception>(() => body.ReadExactlyAsync(new byte[length], TestContext.CancellationToken).AsTask());
    }

    private async Task<(RegistryServer Server, string Path, int Length)> ServeAsync(TempFolder temp, TimeSpan grace)
    {
        byte[] layer = new byte[24 * 1024 * 1024];
        new Random(1).NextBytes(layer);
        LayoutBuilder layout = new(temp["made"]);
        layout.Write([layout.Named(layout.Image(layer), "v1")]);
        RegistryServer server = await RegistryServer.StartAsync(
            new RegistryServerOptions
            {
                Folder = "",
                Archives = [new ArchiveToServe(temp["made"], "app")],
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                StopWithin = grace,
            },
            TestContext.CancellationToken);
        return (server, $"/v2/app/blobs/{Digest.Compute(layer)}", layer.Length);
    }
}
