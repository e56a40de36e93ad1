using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Airgap.Cluster.Connecting;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Network;

namespace Airgap.Cluster.Tests;

/// <summary>Each wording of a connection that failed, from the runtime's own exceptions where a server can cause them.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ConnectionFailureTests
{
    private const string Chain = "The remote certificate is invalid because of errors in the certificate chain: ";

    [TestMethod]
    [DataRow("RemoteCertificateNameMismatch", null, false, "its certificate is for another name than api.corp.com (tls-server-name)")]
    [DataRow("RemoteCertificateNameMismatch", "k8s", false, "its certificate is for another name than k8s (tls-server-name)")]
    [DataRow(Chain + "PartialChain", null, false,
        "no authority that this machine trusts issued its certificate, and the kubeconfig names none (certificate-authority)")]
    [DataRow(Chain + "UntrustedRoot", null, false,
        "no authority that this machine trusts issued its certificate, and the kubeconfig names none (certificate-authority)")]
    [DataRow(Chain + "PartialChain", null, true, "the certificate-authority of the kubeconfig did not issue its certificate")]
    [DataRow(Chain + "UntrustedRoot", null, true, "the certificate-authority of the kubeconfig did not issue its certificate")]
    [DataRow(Chain + "NotTimeValid", null, true, Chain + "NotTimeValid")]
    public void OfACertificate(string message, string? name, bool hasAuthority, string words)
    {
        ClusterTarget target = new()
        {
            Server = new Uri("https://api.corp.com:6443"),
            Origin = "a test",
            ServerName = name,
            Authorities = hasAuthority ? [] : null,
        };
        HttpRequestException failure = new("The SSL connection could not be established.", new AuthenticationException(message + "."));
        Assert.AreEqual(words, ConnectionFailure.Words(failure, target));
    }

    [TestMethod]
    [DataRow("http", HttpRequestError.ResponseEnded, "it ends the connection; it may expect https, and the kubeconfig says http")]
    [DataRow("https", HttpRequestError.ResponseEnded, "It ended")]
    [DataRow("http", HttpRequestError.ConnectionError, "It ended")]
    public void OfAConnectionThatEnds(string scheme, HttpRequestError error, string words)
    {
        ClusterTarget target = new() { Server = new Uri($"{scheme}://api.corp.com"), Origin = "a test" };
        Assert.AreEqual(words, ConnectionFailure.Words(new HttpRequestException(error, "It ended."), target));
    }

    [TestMethod]
    public void OfAProxyItsAddressIsShownWithoutItsPassword()
    {
        ClusterTarget target = new()
        {
            Server = new Uri("https://api.corp.com"),
            Origin = "a test",
            Proxy = new Uri("http://user:secret@proxy.corp.com:3128/path"),
        };
        Assert.AreEqual(
            "It is down (through the proxy-url http://proxy.corp.com:3128 of the kubeconfig)",
            ConnectionFailure.Words(new HttpRequestException("Not sent.", new IOException("It is down.")), target));
    }

    [TestMethod]
    public async Task OfAServerWhoseAuthorityNobodyNames()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync(certificate);
        Assert.Contains(
            "no authority that this machine trusts issued its certificate, and the kubeconfig names none (certificate-authority)",
            await FailureAsync(new ClusterTarget { Server = server.Address, Origin = "a test" }));
    }

    [TestMethod]
    public async Task OfAServerThatExpectsHttps()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync(certificate);
        string message = await FailureAsync(new ClusterTarget
        {
            Server = new UriBuilder(server.Address) { Scheme = "http" }.Uri,
            Origin = "a test",
        });
        Assert.Contains("it ends the connection; it may expect https, and the kubeconfig says http", message);
    }

    [TestMethod]
    public async Task OfAProxyThatRefuses()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Contains(
            $" (through the proxy-url http://127.0.0.1:{port} of the kubeconfig)",
            await FailureAsync(new ClusterTarget
            {
                Server = new Uri("http://api.corp.example"),
                Origin = "a test",
                Proxy = new Uri($"http://user:secret@127.0.0.1:{port}"),
            }));
    }

    private static async Task<string> FailureAsync(ClusterTarget target)
    {
        using ClusterClient client = new(target);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetAsync("version", CancellationToken.None));
        Assert.AreEqual(ErrorCode.ClusterUnreachable, failure.Code);
        Assert.DoesNotContain("secret", failure.Message);
        return failure.Message;
    }
}
