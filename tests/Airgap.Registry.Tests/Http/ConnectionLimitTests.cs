using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Airgap.Registry.Archives;
using Airgap.Registry.Http;
using Airgap.Registry.Tests.Archived;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

/// <summary>Clients learn that the registry has too many connections, and when to try again.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ConnectionLimitTests
{
    private const string Ask = "GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AboveTheLimitARequestIsRefused_AndItsConnectionEnds(bool archive)
    {
        await using Api api = archive
            ? await ServedBench.ServeAsync(Limit, new ArchiveToServe(ServedBench.Golden("simple-app-bundle.tar")))
            : await Api.StartAsync(new RegistryFixtureOptions { Configure = Limit });
        Assert.AreEqual(200, (await api.GetAsync("/v2/")).Status);

        string refused = await api.SendRawAsync(Ask.Replace("Connection: close\r\n", ""));

        StringAssert.StartsWith(refused, "HTTP/1.1 503 ");
        StringAssert.Contains(refused, "Retry-After: 1\r\n");
        StringAssert.Contains(refused, "Connection: close\r\n");
        StringAssert.Contains(refused, "TOOMANYREQUESTS");
        Assert.AreEqual(200, (await api.GetAsync("/v2/")).Status, "the connection within the limit goes on");
        StringAssert.StartsWith(await api.SendRawAsync(Ask.Replace("/v2/", "/health")), "HTTP/1.1 200 ");
    }

    [TestMethod]
    public async Task AConnectionThatEnds_MakesRoom()
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Configure = Limit });
        using (TcpClient first = new())
        {
            await first.ConnectAsync(IPAddress.Loopback, api.Registry.Port, TestContext.CancellationToken);
            while (!(await api.SendRawAsync(Ask)).StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal))
                await Task.Delay(10, TestContext.CancellationToken);
        }

        while (!(await api.SendRawAsync(Ask)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            await Task.Delay(10, TestContext.CancellationToken);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task AConnectionOfHttp2AboveTheLimit_Ends()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { Certificate = certificate, Configure = Limit });
        HttpClient client = Http2(registry.Address);
        try
        {
            using (TcpClient first = new())
            {
                await first.ConnectAsync(IPAddress.Loopback, registry.Port, TestContext.CancellationToken);
                while (await StatusOfAsync(client) != 503)
                {
                    client.Dispose();
                    client = Http2(registry.Address);
                }
            }

            while (await StatusOfAsync(client) != 200)
                await Task.Delay(10, TestContext.CancellationToken);
        }
        finally
        {
            client.Dispose();
        }
    }

    [TestMethod]
    public async Task FarAboveTheLimitAConnectionEnds()
    {
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Configure = Limit });
        TcpClient[] clients = [.. Enumerable.Range(0, 1 + ConnectionLimit.Spare + 1).Select(_ => new TcpClient())];
        try
        {
            foreach (TcpClient client in clients)
                await client.ConnectAsync(IPAddress.Loopback, api.Registry.Port, TestContext.CancellationToken);
            Assert.AreEqual(0, await clients[^1].GetStream().ReadAsync(new byte[1], TestContext.CancellationToken));
        }
        finally
        {
            foreach (TcpClient client in clients)
                client.Dispose();
        }
    }

    private static HttpClient Http2(Uri address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        BaseAddress = address,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private async Task<int> StatusOfAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.GetAsync("/v2/", TestContext.CancellationToken);
        return (int)response.StatusCode;
    }

    private static RegistryServerOptions Limit(RegistryServerOptions options) => options with { MaxConnections = 1 };
}
