using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Network;

namespace Airgap.Cluster.Tests;

/// <summary>A client's certificate goes with its issuers, and a plugin's new one takes the place of the earlier one.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _server = LoopbackCertificate.Create();
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public ClientCertificateTests()
    {
        CertificateRequest request = new("CN=issuer", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        // Below a root: roots are not sent.
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest rootRequest = new("CN=root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 root = rootRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 issued = request.Create(root, root.NotBefore, root.NotAfter, [1]);
        _authority = issued.CopyWithPrivateKey(_authorityKey);
        File.WriteAllText(_folder["ca.pem"], _server.ExportCertificatePem());
    }

    public void Dispose()
    {
        _folder.Dispose();
        _server.Dispose();
        _authorityKey.Dispose();
        _authority.Dispose();
    }

    [TestMethod]
    public async Task APluginsNewCertificate_IsUsed_ByTheNextRequest()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The plugin is a shell script.");
        foreach (string name in (string[])["first", "second", "third"])
            File.WriteAllText(_folder[name], Answer(name));
        File.WriteAllText(_folder["plugin"], $"""
            #!/bin/sh
            cd '{_folder.Path}'
            for name in first second third; do
                [ -e $name ] && cat $name && rm $name && exit
            done
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["plugin"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(_server)).Replay("discovery/version.json");
        using ClusterClient client = Client(
            server, "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}");

        for (int i = 0; i < 3; i++)
            await client.GetAsync("version", CancellationToken.None);

        Assert.AreSequenceEqual(
            new[] { "CN=first", "CN=second", "CN=third" }, [.. server.Requests.Select(request => request.ClientCertificate)]);
    }

    [TestMethod]
    public async Task ACertificate_IsSentWithItsIssuers()
    {
        (string certificate, string key) = Pair("user");
        File.WriteAllText(_folder["client.pem"], $"{certificate}\n{_authority.ExportCertificatePem()}\n");
        File.WriteAllText(_folder["key.pem"], key);
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(_server)).Replay("discovery/version.json");
        using ClusterClient client = Client(server, "client-certificate: client.pem, client-key: key.pem");

        await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual("CN=user", server.Requests.Single().ClientCertificate);
        Assert.Contains("CN=issuer", server.SentIssuers);
    }

    // As with kubectl. The two files are not replaced at once.
    [TestMethod]
    public async Task ACertificateThatIsReplaced_IsUsed_AsSoonAsItsKeyFits()
    {
        (string first, string firstKey) = Pair("first");
        (string second, string secondKey) = Pair("second");
        File.WriteAllText(_folder["client.pem"], first);
        File.WriteAllText(_folder["key.pem"], firstKey);
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(_server)).Replay("discovery/version.json");
        using ClusterClient client = Client(server, "client-certificate: client.pem, client-key: key.pem");

        await client.GetAsync("version", CancellationToken.None);
        File.WriteAllText(_folder["client.pem"], second);
        await client.GetAsync("version", CancellationToken.None);
        File.Delete(_folder["key.pem"]);
        await client.GetAsync("version", CancellationToken.None);
        File.WriteAllText(_folder["key.pem"], secondKey);
        await client.GetAsync("version", CancellationToken.None);

        Assert.AreSequenceEqual(
            new[] { "CN=first", "CN=first", "CN=first", "CN=second" }, [.. server.Requests.Select(request => request.ClientCertificate)]);
    }

    // Credentials that have expired: each request asks the plugin again.
    private string Answer(string name)
    {
        (string certificate, string key) = Pair(name);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["kind"] = "ExecCredential",
            ["status"] = new Dictionary<string, string>
            {
                ["clientCertificateData"] = certificate,
                ["clientKeyData"] = key,
                ["expirationTimestamp"] = "2020-01-01T00:00:00Z",
            },
        });
    }

    private (string Certificate, string Key) Pair(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).Create(
            _authority, _authority.NotBefore, _authority.NotAfter, Guid.NewGuid().ToByteArray());
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private ClusterClient Client(FakeKubernetes server, string user)
    {
        File.WriteAllText(_folder["config"], $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: '{{server.Address}}', certificate-authority: ca.pem} }]
            users: [{name: u, user: { {{user}} } }]
            contexts: [{name: x, context: {cluster: c, user: u} }]
            current-context: x
            """);
        return new ClusterClient(KubeConfig.Read(_folder["config"], null));
    }
}
