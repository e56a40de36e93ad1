using System.Text;
using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>
/// A malicious or damaged cluster, kubeconfig or manifest causes one error, at a cost limited by its bytes, and reveals no
/// credential.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HostileClusterTests
{
    private const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/b/packagerepositories";

    [TestMethod]
    public async Task ACredentialThatTheServerEchoes_IsNotShown()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string repeated = $"plain test-token, base64 {Convert.ToBase64String("test-token"u8)}, hex " +
            $"{Convert.ToHexStringLower("test-token"u8)}, escaped \\u0074est-token";
        string status =
            $$$"""{"kind":"Status","message":"{{{repeated}}}","details":{"causes":[{"field":"f","message":"{{{repeated}}}"}]}}""";
        server.On("GET", "/refused", KubernetesAnswer.Json(422, status));
        server.On("GET", "/page", new KubernetesAnswer(500, Encoding.UTF8.GetBytes(new string(' ', 2_000_000) + repeated), "text/html"));
        server.On("GET", "/long", KubernetesAnswer.Json(200, $$"""{"a":"{{new string('x', 2_000_000)}}","message":"test-token"}"""));
        server.On("GET", "/warned",
            KubernetesAnswer.Json(200, "{}") with { Headers = new Dictionary<string, string> { ["Warning"] = "299 - \"test-token\"" } });
        server.OnWatch(Path, KubernetesAnswer.Watch(
            [
                JsonElement.Parse("""{"type":"ADDED","object":{"status":{"usefulErrorMessage":"SAID"}}}""".Replace(
                    "SAID", repeated, StringComparison.Ordinal))], AnswerEnd.Clean));
        using ClusterClient client = new(KubeConfig.Read(server.WriteKubeconfig(folder["config"]), null));

        List<string> shown = [];
        foreach (string path in (string[])["refused", "page"])
        {
            AirgapException refusal = ClusterRefusal.Of(await client.GetAsync(path, CancellationToken.None), "It", "read");
            shown.Add(refusal.Message + refusal.Advice);
        }

        shown.Add((await client.GetAsync("long", CancellationToken.None)).Object.Text("message")!);
        shown.AddRange((await client.GetAsync("warned", CancellationToken.None)).Warnings);
        await foreach (WatchEvent change in client.WatchAsync(Path[1..] + "?watch=1", CancellationToken.None))
            shown.Add(change.Object.GetRawText());

        Assert.HasCount(5, shown);
        foreach (string text in shown)
        {
            Assert.DoesNotContain("test-token", text);
            Assert.DoesNotContain(Convert.ToBase64String("test-token"u8)[..8], text);
            Assert.DoesNotContain(Convert.ToHexStringLower("test-token"u8), text);
        }
    }

    [TestMethod]
    public async Task HalfACharacter_IsReadAsByGo()
    {
        const string Half =
            """{"items":[{"metadata":{"name":"a\ud800","namespace":"\udfffb","\ud800":1},"status":{"usefulErrorMessage":"\ud83d\ude00 \\ud800 \uD800x","conditions":[{"type":"ReconcileFailed","status":"True"}]}}]}""";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1", KubernetesAnswer.Json(200, "{}"));
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/packagerepositories", KubernetesAnswer.Json(200, Half));
        using ClusterClient client = Connect(server);

        DoctorReport report = await new Doctor(client, new DoctorOptions()).ExamineAsync(CancellationToken.None);

        Assert.AreEqual("a\ufffd", report.Objects.Single().Name);
        Assert.Contains("\ud83d\ude00 \\ud800 \ufffdx",
            report.Findings.First(finding => finding.Diagnostic.Code == ErrorCode.RepositoryFailed).Diagnostic.Message);
    }

    [TestMethod]
    public async Task ALineThatDoesNotEnd_EndsTheWatch()
    {
        using MemoryStream endless = new(new byte[3 * WatchLines.MaxLine]);
        await Assert.ThrowsExactlyAsync<IOException>(() => new WatchLines(endless).ReadAsync(CancellationToken.None));
        Assert.IsLessThan(endless.Length, endless.Position);
    }

    [TestMethod]
    public async Task Lines_OfAnyLength_AreReadWhole()
    {
        string[] lines = [.. Enumerable.Range(0, 60).Select(i => new string((char)('a' + (i % 26)), i * i * 20))];
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        WatchLines read = new(stream);
        foreach (string line in lines)
            Assert.AreEqual(line, Encoding.UTF8.GetString((await read.ReadAsync(CancellationToken.None))!.Value.Span));
        Assert.IsNull(await read.ReadAsync(CancellationToken.None));
    }

    [TestMethod]
    public void ExplodingAliases_AreRefused()
    {
        StringBuilder bomb = new("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 9; i++)
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"  a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        AirgapException failure =
            Assert.ThrowsExactly<AirgapException>(() => ManifestDocument.Read("a.yml", Encoding.UTF8.GetBytes(bomb.ToString())));
        Assert.AreEqual(ErrorCode.InvalidObject, failure.Code);
        Assert.Contains("aliases", failure.Message);
    }

    [TestMethod]
    public void AnAlias_BecomesItsNode_AtAnyDepth()
    {
        string text = $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\nx: &x [1]\nz: *x\ndeep: " +
            $"{new string('[', 100)}{new string(']', 100)}\n";
        ManifestDocument document = ManifestDocument.Read("a.yml", Encoding.UTF8.GetBytes(text)).Single();
        Assert.AreEqual("[1]", document.Object.GetProperty("z").GetRawText());
    }

    [TestMethod]
    [DataRow("v1", ".", "a")]
    [DataRow("v1", "..", "a")]
    [DataRow("v1", "a/b", "a")]
    [DataRow("v1", "a%2fb", "a")]
    [DataRow("v1", "a", "..")]
    [DataRow("packaging.carvel.dev/..", "a", "b")]
    public void ANameThatChangesTheAddress_IsRefused(string apiVersion, string name, string ns)
    {
        string text = $"apiVersion: {apiVersion}\nkind: Secret\nmetadata: {{name: '{name}', namespace: '{ns}'}}\n";
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => ManifestDocument.Read("a.yml", Encoding.UTF8.GetBytes(text)));
        Assert.AreEqual(ErrorCode.InvalidObject, failure.Code);
    }

    [TestMethod]
    [DataRow("server: file:///etc/passwd", "")]
    [DataRow("server: /etc/passwd", "")]
    [DataRow("server: https://h, tls-server-name: \"a\\nb\"", "")]
    [DataRow("server: https://h", "[[[[[[[[")]
    [DataRow("server: https://h", "s3cr3t: \"\\q\"")]
    public void AKubeconfigThatCannotBeUsed_IsOneErrorWithoutItsSecrets(string cluster, string more)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["config"],
            $"current-context: c\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\nclusters: [{{name: k, cluster: " +
            $"{{{cluster}}}}}]\nusers: [{{name: u, user: {{token: s3cr3t}}}}]\n{more}\n");
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["config"], null));
        Assert.AreEqual(ErrorCode.ClusterConfig, failure.Code);
        Assert.DoesNotContain("s3cr3t", failure.Message);
    }

    [TestMethod]
    public void ThePasswordInAServersAddress_IsNotShown()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["config"],
            "current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: " +
            "'https://me:s3cr3t@h:1/p'}}]\n");
        ClusterTarget target = KubeConfig.Read(folder["config"], null);
        Assert.AreEqual("https://h:1/p/", target.Address);
        using ClusterClient client = new(target);
        Assert.DoesNotContain("s3cr3t", client.Server);
    }

    [TestMethod]
    public void ADeepKubeconfig_CostsLinearTime()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["config"], new string('[', 300_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsExactly<AirgapException>(() => KubeConfig.Read(folder["config"], null));
        Assert.IsLessThan(30_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ClusterClient Connect(FakeKubernetes server) => new(new ClusterTarget { Server = server.Address, Origin = "a test" });
}
