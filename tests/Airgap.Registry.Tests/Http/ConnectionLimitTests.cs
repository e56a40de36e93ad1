using System.Net;
using System.Net.Sockets;
using Airgap.Registry.Archives;
using Airgap.Registry.Http;
using Airgap.Registry.Tests.Archived;
using Airgap.TestKit;
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

    private static RegistryServerOptions Limit(RegistryServerOptions options) => options with { MaxConnections = 1 };
}
