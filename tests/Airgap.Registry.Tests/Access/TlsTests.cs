using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Registry.Tls;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Access;

/// <summary>https with certificates from files, or newly made.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TlsTests
{
    [TestMethod]
    [DataRow("127.0.0.1", true)]
    [DataRow("localhost", true)]
    [DataRow("registry.corp.example", true)]
    [DataRow("other.corp.example", false)]
    public async Task ACertificateMadeForNamesIsTrustedForThemByItsAuthorityAlone(string host, bool trusted)
    {
        (ServerCertificate certificate, string authority) =
            SelfSigned.Create(["localhost", "registry.corp.example"], [IPAddress.Loopback], DateTimeOffset.UtcNow);
        using (certificate)
        {
            await using RegistryFixture registry = await RegistryFixture.StartAsync(
                new RegistryFixtureOptions { Certificate = certificate.Leaf, WithFixtures = true, ReadOnly = true });
            Assert.AreEqual(trusted, await IsTrustedAsync(registry.Port, host, authority));
            using X509Certificate2 another = LoopbackCertificate.Create();
            Assert.IsFalse(await IsTrustedAsync(registry.Port, host, another.ExportCertificatePem()));
        }
    }

    [TestMethod]
    public async Task FilesAreServedWithTheirChain()
    {
        using TempFolder temp = new();
        (ServerCertificate made, string authority) = SelfSigned.Create(["localhost"], [IPAddress.Loopback], DateTimeOffset.UtcNow);
        using (made)
        {
            File.WriteAllText(temp["cert.pem"], made.Leaf.ExportCertificatePem() + "\n" + authority);
            File.WriteAllText(temp["key.pem"], made.Leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        using ServerCertificate read = CertificateFiles.Read(temp["cert.pem"], temp["key.pem"], DateTimeOffset.UtcNow);
        Assert.HasCount(1, read.Chain);
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions
        {
            Certificate = read.Leaf,
            Configure = options => options with { CertificateChain = read.Chain, AnyHost = false },
        });
        Assert.IsTrue(await IsTrustedAsync(registry.Port, "localhost", authority));
    }

    [TestMethod]
    public void FilesThatCannotBeServedAreNamed()
    {
        using TempFolder temp = new();
        (ServerCertificate one, _) = SelfSigned.Create(["a.example"], [], DateTimeOffset.UtcNow);
        (ServerCertificate two, _) = SelfSigned.Create(["a.example"], [], DateTimeOffset.UtcNow);
        using (one)
        using (two)
        {
            File.WriteAllText(temp["cert"], one.Leaf.ExportCertificatePem());
            File.WriteAllText(temp["key"], one.Leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(temp["other"], two.Leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(temp["text"], "nothing");
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        foreach ((string certificate, string key, DateTimeOffset time, string named) in ((string, string, DateTimeOffset, string)[])[
            ("text", "key", now, "text"), ("cert", "text", now, "text"), ("cert", "other", now, "other"),
            ("cert", "key", now.AddYears(2), "cert")])
        {
            AirgapException e = Assert.ThrowsExactly<AirgapException>(() => CertificateFiles.Read(temp[certificate], temp[key], time));
            Assert.AreEqual(ErrorCode.InvalidServerCertificate, e.Code);
            StringAssert.StartsWith(e.Message, $"'{temp[named]}'");
            Assert.DoesNotContain("PRIVATE", e.Message);
        }

        Assert.AreEqual(ErrorCode.FileNotFound,
            Assert.ThrowsExactly<AirgapException>(() => CertificateFiles.Read(temp["none"], temp["key"], now)).Code);
    }

    private static async Task<bool> IsTrustedAsync(int port, string host, string authority)
    {
        using X509Certificate2 root = X509Certificate2.CreateFromPem(authority);
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                System.Net.Sockets.Socket socket = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, token);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { root },
                    RevocationMode = X509RevocationMode.NoCheck
                },
            },
        };
        using HttpClient client = new(handler);
        try
        {
            using HttpResponseMessage response = await client.GetAsync($"https://{host}:{port}/v2/");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
