using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Access;

/// <summary>Plain http on the port of https gets an answer that says so.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PlainHttpTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("GET", 0)]
    [DataRow("PUT", 5_000_000)]
    public async Task ARequestIsAnswered(string method, int length)
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Certificate = certificate });
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        using HttpRequestMessage request = new(new HttpMethod(method), $"http://127.0.0.1:{registry.Port}/v2/a/manifests/v1")
        {
            Content = length == 0 ? null : new ByteArrayContent(new byte[length]),
        };

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.CancellationToken);

        Assert.AreEqual(HttpStatusCode.BadRequest, response.StatusCode);
        StringAssert.Contains(
            await response.Content.ReadAsStringAsync(TestContext.CancellationToken), "The registry speaks https here");
    }

    [TestMethod]
    public async Task HttpsIsServedHoweverItsFirstBytesArrive()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Certificate = certificate });
        using HttpClient client = new(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            ConnectCallback = async (context, cancellationToken) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new BytewiseStream(new NetworkStream(socket, ownsSocket: true));
            },
        });

        Assert.AreEqual("{}", await client.GetStringAsync($"https://127.0.0.1:{registry.Port}/v2/", TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task AConnectionThatEndsAtOnceHarmsNothing()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Certificate = certificate });
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, registry.Port, TestContext.CancellationToken);
        using StreamReader reader = new(client.GetStream(), Encoding.ASCII);
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.AreEqual("", await reader.ReadToEndAsync(TestContext.CancellationToken));
    }

    /// <summary>Sends each byte by itself.</summary>
    private sealed class BytewiseStream(NetworkStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().Wait();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (int i = 0; i < buffer.Length; i++)
                await inner.WriteAsync(buffer.Slice(i, 1), cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
