using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Network;

namespace Airgap.Cluster.Tests;

/// <summary>Users of a kubeconfig log in as with kubectl: with files, plugins, or impersonation; a user that cannot is one error.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class KubeConfigUserTests
{
    private const string Version = "discovery/version.json";
    private const string Exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}";

    [TestMethod]
    public async Task ATokenFile_IsReadAnew_FromTheFilesFolder_AndBeforeTheToken()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        File.WriteAllText(folder["token"], "first\n");
        using ClusterClient client = new(Read(folder, server.Address, "token: other, tokenFile: token"));

        await client.GetAsync("version", CancellationToken.None);
        File.WriteAllText(folder["token"], "second");
        await client.GetAsync("version", CancellationToken.None);
        File.WriteAllText(folder["token"], "");
        await client.GetAsync("version", CancellationToken.None);
        File.Delete(folder["token"]);
        await client.GetAsync("version", CancellationToken.None);

        Assert.AreSequenceEqual(
            new[] { "Bearer first", "Bearer second", "Bearer second", "Bearer second" },
            [.. server.Requests.Select(request => request.Authorization)]);
    }

    // As in client-go, the token beside it serves until the file has one.
    [TestMethod]
    [DataRow("tokenFile: token", null)]
    [DataRow("tokenFile: token, token: other", "Bearer other")]
    public async Task ATokenFileThatIsEmptyFromTheStart_IsNoToken(string user, string? sent)
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        File.WriteAllText(folder["token"], "\n");
        using ClusterClient client = new(Read(folder, server.Address, user));
        if (sent is not null)
        {
            await client.GetAsync("version", CancellationToken.None);
            Assert.AreEqual(sent, server.Requests.Single().Authorization);
            return;
        }

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => client.GetAsync("version", CancellationToken.None));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.Contains("is empty", failure.Message);
        Assert.IsEmpty(server.Requests);
    }

    [TestMethod]
    public async Task AnotherUser_IsImpersonated()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        using ClusterClient client = new(Read(folder, server.Address,
            "token: t, as: jane, as-uid: u1, as-groups: ['a b'], as-user-extra: {acme.com/Team: [x]}"));

        await client.GetAsync("version", CancellationToken.None);

        KubernetesRequest request = server.Requests.Single();
        Assert.AreEqual("jane", request.Headers["Impersonate-User"]);
        Assert.AreEqual("u1", request.Headers["Impersonate-Uid"]);
        Assert.AreEqual("a b", request.Headers["Impersonate-Group"]);
        Assert.AreEqual("x", request.Headers["Impersonate-Extra-acme.com%2FTeam"]);
        AirgapException nobody = Assert.ThrowsExactly<AirgapException>(() => Read(folder, server.Address, "token: t, as-groups: [dev]"));
        Assert.Contains("without a user name", nobody.Message);
        AirgapException control = Assert.ThrowsExactly<AirgapException>(() => Read(folder, server.Address, "token: t, as: \"a\\nb\""));
        Assert.Contains("control character", control.Message);
    }

    // Each value on a line of its own: joined with ", ", they would be one group. The server joins the lines with a comma alone.
    [TestMethod]
    public async Task SeveralGroupsAreImpersonated_AndNamesThatAreNotAscii()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        using ClusterClient client = new(Read(folder, server.Address,
            "token: t, as: jürgen, as-groups: [dev, 'system:masters', ops], as-user-extra: {scopes: [view, edit], team: [x]}"));

        await client.GetAsync("version", CancellationToken.None);

        KubernetesRequest request = server.Requests.Single();
        Assert.AreEqual("jürgen", request.Headers["Impersonate-User"]);
        Assert.AreEqual("dev,system:masters,ops", request.Headers["Impersonate-Group"]);
        Assert.AreEqual("view,edit", request.Headers["Impersonate-Extra-scopes"]);
        Assert.AreEqual("x", request.Headers["Impersonate-Extra-team"]);
        Assert.AreEqual("Bearer t", request.Authorization);
    }

    [TestMethod]
    public async Task AUserWithoutCredentials_IsAnonymous()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync()).Replay(Version);
        using ClusterClient client = new(Read(folder, server.Address, ""));

        await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual("", server.Requests.Single().Authorization);
    }

    [TestMethod]
    public async Task APlugin_RunsOnce_UntilItsCredentialsEnd_OrTheClusterRefusesThem()
    {
        using TempFolder folder = WithPlugin("""
            echo run >> runs
            n=$(wc -l < runs | tr -d ' ')
            echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t$n\",\"expirationTimestamp\":\"$(cat ends)\"}}"
            """);
        File.WriteAllText(folder["ends"], "2999-01-01T00:00:00Z");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        KubernetesAnswer refused = KubernetesAnswer.Json(401, """{"kind":"Status","message":"Unauthorized"}""");
        server.On("GET", "/version", KubernetesAnswer.Json(200, "{}"), KubernetesAnswer.Json(200, "{}"), refused,
            KubernetesAnswer.Json(200, "{}"), refused, refused);
        using ClusterClient client = new(Read(folder, server.Address, Exec));

        int[] answers = [await GetAsync(), await GetAsync(), await GetAsync(), await GetAsync()];

        Assert.AreSequenceEqual(new[] { 200, 200, 200, 401 }, answers);
        Assert.AreSequenceEqual(new[] { "t1", "t1", "t1", "t2", "t2", "t3" },
            [.. server.Requests.Select(request => request.Authorization["Bearer ".Length..])]);

        // An already expired credential is used once, and a new one is requested the next time.
        File.WriteAllText(folder["ends"], "2001-01-01T00:00:00Z");
        await using FakeKubernetes other = (await FakeKubernetes.StartAsync()).Replay(Version);
        using ClusterClient ended = new(Read(folder, other.Address, Exec));
        await ended.GetAsync("version", CancellationToken.None);
        await ended.GetAsync("version", CancellationToken.None);
        Assert.AreSequenceEqual(new[] { "Bearer t4", "Bearer t5" }, [.. other.Requests.Select(request => request.Authorization)]);

        async Task<int> GetAsync() => (await client.GetAsync("version", CancellationToken.None)).Status;
    }

    [TestMethod]
    public async Task APlugin_ReceivesItsCluster_AndSuppliesACertificate()
    {
        using TempFolder folder = WithPlugin("echo \"$KUBERNETES_EXEC_INFO\" > info; cat answer");
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(certificate)).Replay(Version);
        File.WriteAllText(folder["ca.pem"], certificate.ExportCertificatePem());
        string answer = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["kind"] = "ExecCredential",
            ["status"] = new Dictionary<string, string>
            {
                ["clientCertificateData"] = certificate.ExportCertificatePem(),
                ["clientKeyData"] = certificate.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem()
                    ?? certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
            },
        });
        File.WriteAllText(folder["answer"], answer);
        using ClusterClient client = new(Read(
            folder, server.Address, Exec.Replace("./plugin", "./plugin, provideClusterInfo: true", StringComparison.Ordinal),
            "certificate-authority: ca.pem, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: [a]}}]"));

        ClusterResponse got = await client.GetAsync("version", CancellationToken.None);

        Assert.AreEqual(200, got.Status);
        Assert.AreEqual(certificate.Subject, server.Requests.Single().ClientCertificate);
        JsonElement spec = JsonElement.Parse(File.ReadAllText(folder["info"])).GetProperty("spec");
        Assert.AreEqual("""{"audience":["a"]}""", spec.Find("cluster", "config")!.Value.GetRawText());
        Assert.StartsWith("https://", spec.Text("cluster", "server"));
        Assert.IsNotNull(spec.Text("cluster", "certificate-authority-data"));
    }

    [TestMethod]
    [DataRow("echo 'Your token: s3cr3t'", "not the JSON", DisplayName = "garbage")]
    [DataRow("true", "not the JSON", DisplayName = "nothing")]
    [DataRow("echo '{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"x\":\"s3cr3t\"}'", "not an ExecCredential", DisplayName = "another kind")]
    [DataRow("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"s3cr3t\"}}'",
        "not an ExecCredential of client.authentication.k8s.io/v1", DisplayName = "another version")]
    [DataRow("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token",
        DisplayName = "no credentials")]
    [DataRow("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"," +
        "\"status\":{\"token\":\"s3cr3t\",\"expirationTimestamp\":\"soon\"}}'", "not a time", DisplayName = "no time")]
    [DataRow("echo 'log in\033[31m first' >&2; exit 3", "exit code 3: log in", DisplayName = "a failure")]
    [DataRow("while :; do echo s3cr3t-s3cr3t-s3cr3t-s3cr3t; done", "more than", DisplayName = "output without end")]
    [DataRow("sleep 30", "in 1 s", DisplayName = "one that hangs")]
    public async Task APluginWithoutOutput_IsOneError(string script, string words)
    {
        using TempFolder folder = WithPlugin(script);
        ClusterTarget target = Read(folder, new Uri("http://127.0.0.1:1/"), Exec);
        target.Plugin!.Limit = TimeSpan.FromSeconds(script.StartsWith("sleep", StringComparison.Ordinal) ? 1 : 60);
        using ClusterClient client = new(target);

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => client.GetAsync("version", CancellationToken.None));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.Contains("./plugin", failure.Message);
        Assert.Contains(words, failure.Message);
        Assert.DoesNotContain("s3cr3t", failure.Message);
        Assert.DoesNotContain("\u001b", failure.Message);
    }

    [TestMethod]
    [DataRow("exec: {apiVersion: client.authentication.k8s.io/v1}", "no command")]
    [DataRow("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: sh}", "apiVersion")]
    [DataRow("exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Always}", "terminal")]
    [DataRow("exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin-anywhere, installHint: get it there}",
        "get it there")]
    [DataRow("auth-provider: {name: oidc}", "auth-provider oidc")]
    [DataRow("client-certificate-data: '!'", "not base64")]
    [DataRow("client-key: key.pem", "key.pem")]
    public void AUserThatCannotLogIn_IsOneError(string user, string words)
    {
        using TempFolder folder = new();

        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => Read(folder, new Uri("http://127.0.0.1:1/"), user));

        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.Contains(words, failure.Message);
    }

    [TestMethod]
    public async Task ASelfSignedCertificate_IsAccepted_OnRequest_ButNotWithAnAuthority()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using FakeKubernetes server = (await FakeKubernetes.StartAsync(certificate)).Replay(Version);
        File.WriteAllText(folder["ca.pem"], certificate.ExportCertificatePem());
        using ClusterClient skipping = new(Read(folder, server.Address, "token: t", "insecure-skip-tls-verify: true"));
        using ClusterClient trusting = new(Read(folder, server.Address, "token: t", "certificate-authority: ca.pem"));
        using ClusterClient neither = new(Read(folder, server.Address, "token: t"));

        Assert.AreEqual(200, (await skipping.GetAsync("version", CancellationToken.None)).Status);
        Assert.AreEqual(200, (await trusting.GetAsync("version", CancellationToken.None)).Status);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => neither.GetAsync("version", CancellationToken.None));
        foreach (string cluster in (string[])["insecure-skip-tls-verify: true, certificate-authority: ca.pem",
            "insecure-skip-tls-verify: often", "certificate-authority-data: aGVsbG8="])
            Assert.ThrowsExactly<AirgapException>(() => Read(folder, server.Address, "token: t", cluster));
    }

    [TestMethod]
    public void AnEmptyFileAmongSeveral_IsSkipped_AndTheFirstEntryCounts()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["empty"], "");
        File.WriteAllText(folder["one"], "users: [{name: u, user: {token: one}}]\ncurrent-context: ''\n");
        Write(folder["two"], new Uri("http://127.0.0.1:2/"), "token: two", "");
        string list = string.Join(Path.PathSeparator, folder["empty"], folder["one"], folder["two"]);

        ClusterTarget target = KubeConfig.Read(null, null, name => name == "KUBECONFIG" ? list : null);

        Assert.AreEqual(new Uri("http://127.0.0.1:2/"), target.Server);
        Assert.AreEqual("Bearer one", target.Authorization!(CancellationToken.None).Result!.ToString());
    }

    private static TempFolder WithPlugin(string script)
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The plugin is a shell script.");
        TempFolder folder = new();
        File.WriteAllText(folder["plugin"], $"#!/bin/sh\ncd '{folder.Path}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["plugin"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return folder;
    }

    private static ClusterTarget Read(TempFolder folder, Uri server, string user, string cluster = "")
    {
        Write(folder["config"], server, user, cluster);
        return KubeConfig.Read(folder["config"], null);
    }

    private static void Write(string file, Uri server, string user, string cluster) => File.WriteAllText(file, $$$"""
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u}}]
        clusters: [{name: k, cluster: {server: '{{{server.GetLeftPart(UriPartial.Authority)}}}', {{{cluster}}}}}]
        users: [{name: u, user: {{{{user}}}}}]
        """);
}
