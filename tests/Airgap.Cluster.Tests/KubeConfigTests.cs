using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Cluster.Connecting;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Network;

namespace Airgap.Cluster.Tests;

/// <summary>The cluster and the context's credentials are found as by kubectl.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class KubeConfigTests
{
    private const string Version = "discovery/version.json";

    [TestMethod]
    public async Task AToken_AndTheNamespace_OfTheContext()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);

        using ClusterClient client = new(KubeConfig.Read(server.WriteKubeconfig(folder["config"], "packages"), null));
        ClusterResponse answer = await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("packages", client.Namespace);
        Assert.AreEqual("Bearer test-token", server.Requests.Single().Authorization);
    }

    // As with kubectl, also for a context that names no namespace.
    [TestMethod]
    [DataRow("", null, "builds", "builds")]
    [DataRow("", "set", "builds", "set")]
    [DataRow("", null, "", "default")]
    [DataRow("namespace: chosen", "set", "builds", "chosen")]
    [DataRow("namespace: default", "set", "builds", "default")]
    public void InAPod_ItsNamespaceIsThatOfObjectsThatNameNone(string context, string? set, string account, string expected)
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        File.WriteAllText(folder["token"], "t");
        File.WriteAllText(folder["namespace"], account + "\n");
        File.WriteAllText(folder["ca.crt"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["config"], $$"""
            current-context: c
            contexts: [{name: c, context: {cluster: k, {{context}} } }]
            clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'} }]
            """);
        Dictionary<string, string?> pod = new()
        {
            ["KUBECONFIG"] = folder["config"],
            ["KUBERNETES_SERVICE_HOST"] = "127.0.0.1",
            ["KUBERNETES_SERVICE_PORT"] = "1",
            ["POD_NAMESPACE"] = set,
        };
        string Namespace() => KubeConfig.Read(null, null, pod.GetValueOrDefault, folder.Path).Namespace;

        Assert.AreEqual(expected, Namespace());
        if (context.Length == 0)
        {
            pod["KUBECONFIG"] = folder["nowhere"];
            Assert.AreEqual(expected, Namespace(), "without a kubeconfig");
            pod["KUBECONFIG"] = folder["config"];
            pod["KUBERNETES_SERVICE_HOST"] = null;
            Assert.AreEqual("default", Namespace(), "outside of a pod, the variable means nothing");
        }
    }

    [TestMethod]
    public async Task InAPod_ItsAccountIsUsed_AndItsTokenReadAnew()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(certificate)).Replay(Version);
        Dictionary<string, string?> pod = new()
        {
            ["KUBECONFIG"] = folder["nowhere"],
            ["KUBERNETES_SERVICE_HOST"] = "127.0.0.1",
            ["KUBERNETES_SERVICE_PORT"] = server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        ClusterTarget Read(string? context = null) => KubeConfig.Read(null, context, pod.GetValueOrDefault, folder.Path);
        Assert.AreEqual(ErrorCode.ClusterConfig, Assert.ThrowsExactly<AirgapException>(() => Read()).Code, "a pod without an account");
        File.WriteAllText(folder["token"], "first\n");
        File.WriteAllText(folder["namespace"], "builds");
        AirgapException broken = Assert.ThrowsExactly<AirgapException>(() => Read());
        Assert.AreEqual(ErrorCode.ClusterConfig, broken.Code, "one without its authority");
        Assert.Contains("The pod's service account cannot be used", broken.Message);
        File.WriteAllText(folder["ca.crt"], "");
        Assert.Contains("ca.crt holds no certificate", Assert.ThrowsExactly<AirgapException>(() => Read()).Message);
        using X509Certificate2 other = LoopbackCertificate.Create();
        File.WriteAllText(folder["ca.crt"], other.ExportCertificatePem());
        using ClusterClient untrusting = new(Read());
        AirgapException untrusted = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => untrusting.GetAsync("version", CancellationToken.None));
        Assert.Contains("the authority of the pod's service account (ca.crt) did not issue its certificate", untrusted.Message);
        Assert.DoesNotContain("kubeconfig", untrusted.Message + untrusted.Advice);
        File.WriteAllText(folder["ca.crt"], certificate.ExportCertificatePem());

        using ClusterClient client = new(Read());
        await client.GetAsync("version", CancellationToken.None);
        File.WriteAllText(folder["token"], "second");
        await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual("builds", client.Namespace);
        Assert.AreSequenceEqual(
            new[] { "Bearer first", "Bearer second" }, [.. server.Requests.Select(request => request.Authorization)]);
        Assert.AreEqual(
            ErrorCode.ClusterConfig, Assert.ThrowsExactly<AirgapException>(() => Read("production")).Code, "a pod has no contexts");
        pod["KUBERNETES_SERVICE_HOST"] = "a b";
        Assert.AreEqual(ErrorCode.ClusterConfig, Assert.ThrowsExactly<AirgapException>(() => Read()).Code);
        pod["KUBERNETES_SERVICE_HOST"] = "::1";
        Assert.StartsWith("https://[::1]:", Read().Server.ToString());
    }

    [TestMethod]
    public async Task AnExecPlugin_GivesTheToken()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The plugin is a shell script.");
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        File.WriteAllText(folder["plugin"], """
            #!/bin/sh
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-'$WHO'"}}'
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["plugin"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Write(folder["config"], server.Address, $$"""
            exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: {{folder["plugin"]}}
                  interactiveMode: Never
                  env:
                  - name: WHO
                    value: plugin
            """);

        using ClusterClient client = new(KubeConfig.Read(folder["config"], null));
        await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual("Bearer from-plugin", server.Requests.Single().Authorization);
    }

    [TestMethod]
    public void AnExecPluginThatIsMissing_IsOneError()
    {
        using TempFolder folder = new();
        Write(folder["config"], new Uri("http://127.0.0.1:1/"), """
            exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: no-such-plugin-anywhere
                  interactiveMode: Never
            """);

        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["config"], null));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
    }

    [TestMethod]
    public async Task TheAuthority_TheServersName_AndTheClientsCertificate()
    {
        using TempFolder folder = new();
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=kubernetes", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("api.cluster.example");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(own)).Replay(Version);
        string certificate = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(own.ExportCertificatePem()));
        string secret = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        string user = $$"""
            client-certificate-data: {{certificate}}
                client-key-data: {{secret}}
            """;
        Write(folder["config"], server.Address, user,
            $"certificate-authority-data: {certificate}\n    tls-server-name: api.cluster.example");
        Write(folder["other"], server.Address, user, $"certificate-authority-data: {certificate}");
        using X509Certificate2 foreign = LoopbackCertificate.Create();
        string authority = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(foreign.ExportCertificatePem()));
        Write(folder["foreign"], server.Address, user,
            $"certificate-authority-data: {authority}\n    tls-server-name: api.cluster.example");

        using ClusterClient client = new(KubeConfig.Read(folder["config"], null));
        using ClusterClient other = new(KubeConfig.Read(folder["other"], null));
        using ClusterClient wrong = new(KubeConfig.Read(folder["foreign"], null));
        ClusterResponse answer = await client.GetAsync("version", CancellationToken.None);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => other.GetAsync("version", CancellationToken.None));

        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("CN=kubernetes", server.Requests.Single().ClientCertificate);
        Assert.AreEqual(ErrorCode.ClusterUnreachable, failure.Code);
        Assert.Contains("its certificate is for another name than 127.0.0.1 (tls-server-name)", failure.Message);
        failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => wrong.GetAsync("version", CancellationToken.None));
        Assert.Contains("the certificate-authority of the kubeconfig did not issue its certificate", failure.Message);
    }

    [TestMethod]
    public async Task TheProxyOfTheCluster_IsUsed()
    {
        using TempFolder folder = new();
        await using FakeKubernetes proxy = (await FakeKubernetes.StartAsync()).Replay(Version);
        Write(folder["config"], new Uri("http://api.cluster.example/"), "token: t", $"proxy-url: {proxy.Address}");
        Write(folder["broken"], new Uri("http://api.cluster.example/"), "token: t", "proxy-url: ftp://proxy.example");

        using ClusterClient client = new(KubeConfig.Read(folder["config"], null));
        ClusterResponse answer = await client.GetAsync("version", CancellationToken.None);
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["broken"], null));

        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("Bearer t", proxy.Requests.Single().Authorization);
        Assert.Contains("proxy-url", failure.Message);
    }

    [TestMethod]
    public void TwoFilesOfKUBECONFIG_AreMerged_AndAMissingOneIsSkipped()
    {
        using TempFolder folder = new();
        Write(folder["one"], new Uri("http://127.0.0.1:1/"), "token: one");
        File.WriteAllText(folder["two"], File.ReadAllText(WriteAs(folder["three"], "second")));
        string list = string.Join(Path.PathSeparator, folder["one"], folder["missing"], folder["two"]);

        ClusterTarget first = KubeConfig.Read(null, null, name => name == "KUBECONFIG" ? list : null);
        ClusterTarget second = KubeConfig.Read(null, "second", name => name == "KUBECONFIG" ? list : null);

        Assert.AreEqual(new Uri("http://127.0.0.1:1/"), first.Server);
        Assert.AreEqual(new Uri("http://127.0.0.1:2/"), second.Server);
    }

    // Without it, another file's context might be used. kubectl refuses it, too.
    [TestMethod]
    [DataRow(true, "it is a folder")]
    [DataRow(false, "line 2 does not belong")]
    public void AFileOfKUBECONFIGThatCannotBeRead_IsNamed(bool isFolder, string why)
    {
        using TempFolder folder = new();
        Write(folder["one"], new Uri("http://127.0.0.1:1/"), "token: one");
        if (isFolder)
            Directory.CreateDirectory(folder["two"]);
        else
            File.WriteAllText(folder["two"], "{ no: [yaml");
        string list = string.Join(Path.PathSeparator, folder["two"], folder["one"]);

        AirgapException failure = Assert.ThrowsExactly<AirgapException>(
            () => KubeConfig.Read(null, null, name => name == "KUBECONFIG" ? list : null));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.StartsWith($"The kubeconfig {folder["two"]} cannot be used: {why}", failure.Message);
    }

    [TestMethod]
    [DataRow("kind: Config\n", null, DisplayName = "no context")]
    [DataRow("{ no: [yaml", null, DisplayName = "no YAML")]
    [DataRow("- a list\n", null, DisplayName = "a list")]
    [DataRow("", null, DisplayName = "empty")]
    [DataRow("apiVersion: v1\ncurrent-context: x\ncontexts: []\n", null, DisplayName = "its context is missing")]
    [DataRow("apiVersion: v1\ncurrent-context: x\ncontexts:\n- name: x\n  context: {cluster: c, user: u}\nclusters:\n- name: c\n  " +
        "cluster: {server: 'not an address'}\nusers:\n- name: u\n  user: {token: s3cr3t}\n", null, DisplayName = "no address")]
    public void AnInvalidKubeconfig_IsOneError_ThatNamesTheFile(string text, string? context)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["config"], text);

        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["config"], context));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.Contains(folder["config"], failure.Message);
        Assert.DoesNotContain("s3cr3t", failure.Message);
    }

    [TestMethod]
    public void AMissingFile_AndAMissingContext_AreErrors()
    {
        using TempFolder folder = new();
        WriteAs(folder["config"], "second");

        AirgapException missing = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["nowhere"], null));
        AirgapException unknown = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["config"], "third"));

        Assert.Contains("does not exist", missing.Message);
        Assert.Contains("third", unknown.Message);
    }

    private static string WriteAs(string file, string context)
    {
        Write(file, new Uri("http://127.0.0.1:2/"), "token: two");
        File.WriteAllText(file, File.ReadAllText(file).Replace("fake", context, StringComparison.Ordinal));
        return file;
    }

    private static void Write(string file, Uri server, string user, string cluster = "") => File.WriteAllText(file, $$"""
        apiVersion: v1
        kind: Config
        current-context: fake
        clusters:
        - name: fake
          cluster:
            server: {{server.GetLeftPart(UriPartial.Authority)}}
            {{cluster}}
        users:
        - name: fake-user
          user:
            {{user}}
        contexts:
        - name: fake
          context: {cluster: fake, user: fake-user}
        """);
}
