using System.Text;
using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Secrets;
using Airgap.Oci;
using Airgap.Oci.Credentials;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>A pull secret contains the credentials that a copy would use, and reaches the cluster.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PullSecretTests
{
    private const string SecretPath = "/api/v1/namespaces/packages/secrets/pull";

    [TestMethod]
    public async Task DockersConfig_BecomesASecret_ForTheGivenHost()
    {
        using TempFolder folder = new();
        string auth = Convert.ToBase64String("rig:p\"ss"u8);
        File.WriteAllText(folder["config.json"],
            """{"auths":{"mirror.example:5000":{"auth":"AUTH"},"other.example":{"auth":"AUTH"}}}""".Replace(
                "AUTH", auth, StringComparison.Ordinal));

        PullSecret secret = await MakeAsync(new() { ["DOCKER_CONFIG"] = folder.Path }, "mirror.example:5000", "other.example");

        ManifestDocument document = ManifestDocument.Read("out", Encoding.UTF8.GetBytes(secret.ToYaml())).Single();
        Assert.AreEqual("kubernetes.io/dockerconfigjson", document.Object.Text("type"));
        Assert.AreEqual("packages", document.Namespace);
        JsonElement config = JsonElement.Parse(Convert.FromBase64String(document.Object.Text("data", ".dockerconfigjson")!));
        Assert.AreEqual("rig", config.Text("auths", "mirror.example:5000", "username"));
        Assert.AreEqual("p\"ss", config.Text("auths", "mirror.example:5000", "password"));
        Assert.AreEqual(auth, config.Text("auths", "other.example", "auth"));
        Assert.DoesNotContain("ss", secret.ToString()[5..]);
    }

    [TestMethod]
    public async Task TheVariablesOfImgpkg_AreUsed()
    {
        PullSecret secret = await MakeAsync(new() { ["IMGPKG_USERNAME"] = "u", ["IMGPKG_PASSWORD"] = "p" }, "mirror.example");

        Assert.Contains(Convert.ToBase64String(
            """{"auths":{"mirror.example":{"username":"u","password":"p","auth":"dTpw"}}}"""u8), secret.ToYaml());
    }

    [TestMethod]
    public async Task MissingFiles_AndUnacceptableManifests_AreErrors()
    {
        AirgapException none = await Assert.ThrowsExactlyAsync<AirgapException>(() => MakeAsync([], "mirror.example"));
        AirgapException token = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => MakeAsync(new() { ["IMGPKG_TOKEN"] = "t0ken" }, "mirror.example"));
        AirgapException host = await Assert.ThrowsExactlyAsync<AirgapException>(() => MakeAsync([], "https://mirror.example"));
        AirgapException name = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => PullSecret.MakeAsync("Not A Name", null, ["mirror.example"], Source([]), CancellationToken.None));

        Assert.AreEqual(ErrorCode.SecretNotMade, none.Code);
        Assert.AreEqual(ErrorCode.SecretNotMade, token.Code);
        Assert.DoesNotContain("t0ken", token.Message);
        Assert.AreEqual(ErrorCode.InvalidRepository, host.Code);
        Assert.AreEqual(ErrorCode.InvalidKubernetesName, name.Code);
    }

    [TestMethod]
    [DataRow("""{"auths":{"mirror.example":{"username":"REPLACE_ME","password":"REPLACE_ME"}}}""", true)]
    [DataRow("""{"auths":{}}""", true)]
    [DataRow("""{"auths":{"mirror.example":{"username":"rig","password":"live"}}}""", false)]
    public async Task APlaceholder_IsReplaced_ButNotAFilledSecretOfAnotherOwner(string live, bool isForced)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", SecretPath,
            KubernetesAnswer.Json(200,
                $$$"""{"metadata":{"resourceVersion":"1"},"data":{".dockerconfigjson":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(live))}}}"}}"""));
        server.On("PATCH", SecretPath,
            isForced ? KubernetesAnswer.Json(200, """{"metadata":{"resourceVersion":"2"}}""")
            : KubernetesAnswer.Recorded("apply/secret/data-conflict.json"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        PullSecret secret = await MakeAsync(new() { ["IMGPKG_USERNAME"] = "u", ["IMGPKG_PASSWORD"] = "p" }, "mirror.example");

        if (isForced)
        {
            Assert.AreEqual(ApplyOutcome.Changed, await secret.ApplyAsync(client, "packages", CancellationToken.None));
        }
        else
        {
            AirgapException failure =
                await Assert.ThrowsExactlyAsync<AirgapException>(() => secret.ApplyAsync(client, "packages", CancellationToken.None));
            Assert.AreEqual(ErrorCode.FieldConflict, failure.Code);
            Assert.Contains("kubectl -n packages delete secret pull", failure.Advice);
        }

        KubernetesRequest patch = server.Requests.Single(request => request.Method == "PATCH");
        Assert.AreEqual(isForced, patch.Query.Contains("force=true", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("type-immutable")]
    [DataRow("immutable")]
    public async Task AnImmutableObject_MustBeRecreated(string file)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", SecretPath, KubernetesAnswer.Json(200, """{"type":"Opaque","metadata":{"resourceVersion":"1"}}"""));
        server.On("PATCH", SecretPath, KubernetesAnswer.Recorded(KubernetesFixtures.Exchanges(
            KubernetesFixtures.Read($"apply/secret/{file}.json")).Last()));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        PullSecret secret = await MakeAsync(new() { ["IMGPKG_USERNAME"] = "u", ["IMGPKG_PASSWORD"] = "p" }, "mirror.example");

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => secret.ApplyAsync(client, "packages", CancellationToken.None));

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.Contains("kubectl -n packages delete secret pull", failure.Advice);
    }

    private static Task<PullSecret> MakeAsync(Dictionary<string, string> environment, params string[] hosts) =>
        PullSecret.MakeAsync("pull", "packages", hosts, Source(environment), CancellationToken.None);

    // No file of the machine that runs the test has an effect.
    private static Airgap.Oci.Auth.ICredentialSource Source(Dictionary<string, string> environment) =>
        CredentialSources.CreateDefault(
            new CredentialOptions { Environment = new Dictionary<string, string>(environment) { ["HOME"] = "/nonexistent" } });
}
