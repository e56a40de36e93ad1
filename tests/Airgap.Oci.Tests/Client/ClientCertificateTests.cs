using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Peers;

namespace Airgap.Oci.Tests.Client;

/// <summary>Certificates of single hosts, in folders like those of docker and podman.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ClientCertificateTests
{
    private const string Remote = "registry.example.com";
    private const string Elsewhere = "storage.example.com";
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private readonly X509Certificate2 _authority = Certificates.Authority();
    private readonly X509Certificate2 _client;
    private readonly TempFolder _folder = new();

    public ClientCertificateTests() => _client = Certificates.SignedBy(_authority, "client");

    private static CancellationToken None => CancellationToken.None;

    [TestCleanup]
    public void Clean()
    {
        _folder.Dispose();
        _client.Dispose();
        _authority.Dispose();
    }

    [TestMethod]
    [DataRow("host")]
    [DataRow("host:443")]
    public async Task ARegistryThatAsksForACertificateGetsTheOneOfItsFolder(string name)
    {
        WritePair(name.Replace("host", Remote, StringComparison.Ordinal));
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeIdentifyingAsync(Remote, Own(Remote), IsOurs);
        string? seen = null;
        server.OnRequest = context =>
        {
            seen = context.Connection.ClientCertificate?.Thumbprint;
            return context.Manifest(s_bytes);
        };
        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: Folder).FindManifestAsync("v1", None));
        Assert.AreEqual(_client.Thumbprint, seen);
    }

    [TestMethod]
    public async Task ARegistryThatGetsNoneSaysSo()
    {
        Write($"{Remote}/ca.crt", _authority.ExportCertificatePem());
        await using RegistryTest test = new();
        await test.ServeIdentifyingAsync(Remote, Own(Remote), IsOurs);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository(Remote + "/a/b", change: Folder).FindManifestAsync("v1", None));
        Assert.IsTrue(e.Code is ErrorCode.ClientCertificateRefused or ErrorCode.RegistryUnreachable, e.Message);
    }

    /// <summary>Otherwise the target of a redirect could obtain our certificate, with or without its own folder.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ARedirectToAnotherHostGetsNone(bool hasFolder)
    {
        WritePair(Remote);
        if (hasFolder)
            WritePair(Elsewhere);
        else
            Write("ca.pem", _authority.ExportCertificatePem());
        await using RegistryTest test = new();
        (await test.ServeIdentifyingAsync(Remote, Own(Remote), IsOurs)).OnRequest =
            context => context.Empty(307, $"https://{Elsewhere}/there");
        string? seen = "nobody";
        (await test.ServeIdentifyingAsync(Elsewhere, Own(Elsewhere), IsOurs, mustIdentify: false)).OnRequest = context =>
        {
            seen = context.Connection.ClientCertificate?.Thumbprint;
            return context.Manifest(s_bytes);
        };
        Assert.IsNotNull(await test.Repository(Remote + "/a/b", change: options => Folder(options) with
        {
            CaCertificatePaths = hasFolder ? [] : [_folder["ca.pem"]],
        }).FindManifestAsync("v1", None));
        Assert.IsNull(seen);
    }

    [TestMethod]
    public async Task AnAuthorityOfAFolderIsTrustedForItsHostAlone()
    {
        Write($"{Remote}/ca.crt", _authority.ExportCertificatePem());
        await using RegistryTest test = new();
        (await test.ServeAsync(Remote, Own(Remote))).OnRequest = context => context.Manifest(s_bytes);
        (await test.ServeAsync(Elsewhere, Own(Elsewhere))).OnRequest = context => context.Manifest(s_bytes);
        RegistryClient client = test.Client(change: Folder);
        Assert.IsNotNull(await client.GetRepository(RepositoryName.Parse(Remote + "/a")).FindManifestAsync("v1", None));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetRepository(RepositoryName.Parse(Elsewhere + "/a")).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryCertificate, e.Code);
    }

    [TestMethod]
    [DataRow("client.cert", "Missing key {0}/client.key for client certificate {0}/client.cert.")]
    [DataRow("client.key", "Missing client certificate {0}/client.cert for key {0}/client.key.")]
    public async Task HalfAPairNamesBothFiles(string half, string message)
    {
        WritePair(Remote);
        foreach (string file in new[] { "client.cert", "client.key" })
        {
            if (file != half)
                File.Delete(_folder[$"{Remote}/{file}"]);
        }

        AirgapException e = await RefusalAsync();
        Assert.AreEqual(string.Format(null, message, _folder[Remote]), e.Message);
    }

    [TestMethod]
    [DataRow(null, false)]
    [DataRow("wrong", false)]
    [DataRow("secret", true)]
    public async Task AnEncryptedKeyNeedsItsPassword(string? password, bool works)
    {
        WritePair(Remote);
        using ECDsa key = _client.GetECDsaPrivateKey()!;
        Write($"{Remote}/client.key", key.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Dictionary<string, string> environment = password is null ? [] : new() { [HostClients.PasswordVariable] = password };
        if (works)
        {
            Assert.IsTrue(HostCertificates.Read(_folder[Remote], password).Identifies);
            return;
        }

        AirgapException e = await RefusalAsync(environment);
        Assert.DoesNotContain("wrong", e.Text());
        if (password is null)
            Assert.Contains(HostClients.PasswordVariable, e.Advice);
    }

    [TestMethod]
    public async Task AKeyOfAnotherCertificateIsRefused()
    {
        WritePair(Remote);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write($"{Remote}/client.key", other.ExportPkcs8PrivateKeyPem());
        Assert.Contains("client.cert", (await RefusalAsync()).Message);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void TheFirstFolderThatExistsIsTheOnlyOne()
    {
        Uri host = new($"https://{Remote}:5000/");
        Dictionary<string, string> variables = new() { ["XDG_CONFIG_HOME"] = _folder["config"], ["HOME"] = _folder["home"] };
        Write($"config/docker/certs.d/{Remote}:5000/a.crt", "");
        Assert.AreEqual(_folder[$"config/docker/certs.d/{Remote}:5000"], Find(null));
        Write($"config/containers/certs.d/{Remote}:5000/a.crt", "");
        Assert.AreEqual(_folder[$"config/containers/certs.d/{Remote}:5000"], Find(null));
        variables.Remove("XDG_CONFIG_HOME");
        Write($"home/.config/containers/certs.d/{Remote}:5000/a.crt", "");
        Assert.AreEqual(_folder[$"home/.config/containers/certs.d/{Remote}:5000"], Find(null));
        variables[CertificateFolders.Variable] = _folder["config"];
        Assert.IsNull(Find(null), "the named folder is the only one");
        Assert.AreEqual(_folder[$"config/docker/certs.d/{Remote}:5000"], Find(_folder["config/docker/certs.d"]), "a flag goes first");
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Find(_folder["none"]));
        Assert.AreEqual(ErrorCode.InvalidHostCertificates, e.Code);

        string? Find(string? given) => new CertificateFolders(given, EnvironmentVariables.Capture(variables)).Find(host);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task SkopeoIdentifiesItselfWithTheSameFolder()
    {
        using X509Certificate2 own = Own("localhost");
        await using ScriptedServer server = await ScriptedServer.StartAsync(own, clients: IsOurs);
        server.OnRequest = context => context.Manifest(s_bytes);
        string host = $"localhost:{server.Port}";
        WritePair(host);
        CliResult raw = await Skopeo.RunAsync(["inspect", "--raw", "--cert-dir", _folder[host], $"docker://{host}/a/b:v1"]);
        Assert.AreSequenceEqual(s_bytes, System.Text.Encoding.UTF8.GetBytes(raw.EnsureSuccess().Output));
        using RegistryClient client = new(Folder(new RegistryOptions()), new FakeCredentials(null));
        Assert.IsNotNull(await client.GetRepository(RepositoryName.Parse(host + "/a/b")).FindManifestAsync("v1", None));
        File.Delete(_folder[$"{host}/client.key"]);
        CliResult half = await Skopeo.RunAsync(["inspect", "--raw", "--cert-dir", _folder[host], $"docker://{host}/a/b:v1"]);
        Assert.AreNotEqual(0, half.ExitCode);
        Assert.Contains("missing key", half.Error);
    }

    [TestMethod]
    [DataRow("a.crt")]
    [DataRow("client.cert")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void APipe_IsRefused_AndNotWaitedFor(string name)
    {
        Write($"{Remote}/client.key", "");
        if (name != "client.cert")
            Write($"{Remote}/client.cert", "");
        File.Delete(_folder[$"{Remote}/{name}"]);
        SpecialFiles.MakePipe(_folder[$"{Remote}/{name}"]);

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => HostCertificates.Read(_folder[Remote], null));

        Assert.AreEqual(ErrorCode.InvalidHostCertificates, e.Code);
        Assert.Contains($"{name} is not a regular file", e.Message);
    }

    private async Task<AirgapException> RefusalAsync(Dictionary<string, string>? environment = null)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, Own(Remote));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository(
            Remote + "/a/b", change: options => Folder(options) with { Environment = environment ?? [] }).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.InvalidHostCertificates, e.Code);
        Assert.IsEmpty(server.Seen);
        return e;
    }

    private RegistryOptions Folder(RegistryOptions options) => options with { HostCertificatesPath = _folder.Path };

    private X509Certificate2 Own(string host) => Certificates.SignedBy(_authority, host);

    private bool IsOurs(X509Certificate2 client) => client.Thumbprint == _client.Thumbprint;

    private void WritePair(string host)
    {
        using ECDsa key = _client.GetECDsaPrivateKey()!;
        Write($"{host}/ca.crt", _authority.ExportCertificatePem());
        Write($"{host}/client.cert", _client.ExportCertificatePem());
        Write($"{host}/client.key", key.ExportPkcs8PrivateKeyPem());
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}

file static class AirgapExceptionText
{
    public static string Text(this AirgapException e) => $"{e.Message} {e.Advice} {e}";
}
