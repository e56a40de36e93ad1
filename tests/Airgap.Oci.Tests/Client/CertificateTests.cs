using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Client;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Trust in certificates.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CertificateTests
{
    private const string Remote = "registry.example.com";
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task AnUntrustedCertificateIsNoReasonToFallBackOrRetry()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("registry.local");
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local, certificate);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryCertificate, e.Code, e.Message);
        StringAssert.Contains(e.Advice, AdviceTerms.TrustedAuthorities);
        Assert.IsEmpty(server.Seen);
    }

    [TestMethod]
    public async Task ANamedAuthorityIsTrusted()
    {
        using TempFolder folder = new();
        using X509Certificate2 authority = Certificates.Authority();
        using X509Certificate2 certificate = Certificates.SignedBy(authority, Remote);
        await File.WriteAllTextAsync(folder["ca.pem"], authority.ExportCertificatePem());
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        string? protocol = null;
        server.OnRequest = context =>
        {
            protocol = context.Request.Protocol;
            return context.Manifest(s_bytes);
        };

        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: Trusting(folder["ca.pem"])).FindManifestAsync("v1", None));
        Assert.AreEqual("HTTP/2", protocol);
    }

    [TestMethod]
    public async Task ASelfSignedCertificateCanBeNamedItself()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await File.WriteAllTextAsync(folder["ca.pem"], certificate.ExportCertificatePem());
        await using RegistryTest test = new();
        (await test.ServeAsync(Remote, certificate)).OnRequest = context => context.Manifest(s_bytes);
        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: Trusting(folder["ca.pem"])).FindManifestAsync("v1", None));
    }

    /// <summary>Its root is unknown here, and is not needed.</summary>
    [TestMethod]
    [DataRow("intermediate")]
    [DataRow("leaf")]
    [DataRow("root and intermediate")]
    public async Task AnIntermediateAuthorityOrTheCertificateItselfCanBeNamed(string named)
    {
        using TempFolder folder = new();
        using X509Certificate2 root = Certificates.Authority();
        using X509Certificate2 intermediate = Certificates.Authority(root);
        using X509Certificate2 certificate = Certificates.SignedBy(intermediate, Remote);
        await File.WriteAllTextAsync(folder["ca.pem"], named switch
        {
            "leaf" => certificate.ExportCertificatePem(),
            "intermediate" => intermediate.ExportCertificatePem(),
            _ => root.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem(),
        });
        await using RegistryTest test = new();
        (await test.ServeAsync(Remote, certificate)).OnRequest = context => context.Manifest(s_bytes);
        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: Trusting(folder["ca.pem"])).FindManifestAsync("v1", None));
    }

    [TestMethod]
    public async Task ATrustedAuthorityDoesNotExcuseAnotherName()
    {
        using X509Certificate2 authority = Certificates.Authority();
        using X509Certificate2 certificate = Certificates.SignedBy(authority, "other.example.com");
        AirgapException e = await RefusalAsync(certificate, trusted: authority);
        StringAssert.Contains(e.Message, "another host");
    }

    [TestMethod]
    public async Task AnotherAuthorityIsNotTrusted()
    {
        using X509Certificate2 authority = Certificates.Authority();
        using X509Certificate2 other = Certificates.Authority();
        using X509Certificate2 certificate = Certificates.SignedBy(authority, Remote);
        await RefusalAsync(certificate, trusted: other);
    }

    /// <summary>A certificate authority with a trusted authority's name does not have its key.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TheNameOfAnAuthorityIsNotEnough(bool isIntermediate)
    {
        using X509Certificate2 root = Certificates.Authority();
        using X509Certificate2 trusted = Certificates.Authority(isIntermediate ? root : null, "CN=Trusted");
        using X509Certificate2 forger = Certificates.Authority(isIntermediate ? root : null, "CN=Trusted");
        using X509Certificate2 certificate = Certificates.SignedBy(forger, Remote);
        await RefusalAsync(certificate, trusted);
    }

    [TestMethod]
    public async Task AnyCertificateIsTakenWhenToldSo()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("other.example.com");
        await using RegistryTest test = new();
        (await test.ServeAsync(Remote, certificate)).OnRequest = context => context.Manifest(s_bytes);
        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: options => options with { VerifyCertificates = false })
            .FindManifestAsync("v1", None));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("no certificate")]
    [DataRow("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void AFileWithoutCertificateIsRefusedAtOnce(string? text)
    {
        using TempFolder folder = new();
        if (text is not null)
            File.WriteAllText(folder["ca.pem"], text);
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => new RegistryClient(new RegistryOptions { CaCertificatePaths = [folder["ca.pem"]] }, new FakeCredentials(null)));
        Assert.AreEqual(ErrorCode.InvalidCertificate, e.Code);
        StringAssert.Contains(e.Message, folder["ca.pem"]);
    }

    private static async Task<AirgapException> RefusalAsync(X509Certificate2 served, X509Certificate2 trusted)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["ca.pem"], trusted.ExportCertificatePem());
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, served);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository(Remote + "/a/b", change: Trusting(folder["ca.pem"])).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryCertificate, e.Code);
        Assert.IsEmpty(server.Seen);
        return e;
    }

    private static Func<RegistryOptions, RegistryOptions> Trusting(string path) => options => options with { CaCertificatePaths = [path] };
}
