using System.Text;
using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Secrets that are missing, filled wrongly or placeholders.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DoctorSecretTests : DoctorTestBase
{
    [TestMethod]
    [DataRow("secret-placeholder", """{"auths":{"127.0.0.1:15001":{"username":"REPLACE_ME","password":"REPLACE_ME"}}}""",
        "holds REPLACE_ME")]
    [DataRow("secret-wrong-host", """{"auths":{"other.example":{"username":"rig","password":"hunter2"}}}""",
        "is for other.example, not for 127.0.0.1:15001")]
    [DataRow("secret-wrong-password", """{"auths":{"https://127.0.0.1:15001/v2/":{"username":"rig","password":"hunter2"}}}""",
        "its user or password is refused")]
    [DataRow("secret-empty-auths", """{"auths":{}}""", "is empty")]
    public async Task TheSecret_DistinguishesEqualMessages_AndIsNeverShown(string name, string config, string words)
    {
        JsonElement repository = KubernetesFixtures.Body(KubernetesFixtures.Read($"packagerepositories/{name}.json").GetProperty("get"));
        await using FakeKubernetes server = await StartAsync([repository], [], []);
        string secret = repository.Text("spec", "fetch", "imgpkgBundle", "secretRef", "name")!;
        server.On("GET", $"/api/v1/namespaces/{name}/secrets/{secret}",
            KubernetesAnswer.Json(200,
                $$$"""{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(config))}}}"}}"""));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single(found => found.Cause == Cause.Unauthorized);
        Assert.Contains(words, string.Join('\n', finding.Evidence));
        Assert.DoesNotContain("hunter2", finding.ToString() + string.Join('\n', finding.Evidence));
        Assert.Contains($"dotnet airgap secret --for 127.0.0.1:15001 --name {secret} -n {name} --apply", finding.Diagnostic.Advice);
    }

    [TestMethod]
    [DataRow("placeholder-made", "secretgen-controller does not run")]
    [DataRow("placeholder-nothing-exported", "nothing is exported to this namespace")]
    public async Task APlaceholderOfSecretgen_NamesWhatDidNotFillIt(string file, string words)
    {
        JsonElement repository =
            KubernetesFixtures.Body(KubernetesFixtures.Read("packagerepositories/unauthorized-no-secret.json").GetProperty("get"));
        await using FakeKubernetes server = await StartAsync([repository], [], []);
        server.On("GET", "/api/v1/namespaces/unauthorized-no-secret/secrets/simple-package-repository-fetch-0",
            KubernetesAnswer.Of(KubernetesFixtures.Read($"secrets/{file}.json").GetProperty("object")));

        DoctorReport report = await ExamineAsync(server);

        Assert.Contains(words, string.Join('\n', report.Findings.Single(found => found.Cause == Cause.Unauthorized).Evidence));
    }

    [TestMethod]
    public async Task AnInstall_HasItsOwnSecret()
    {
        JsonElement install = KubernetesFixtures.Body(
            KubernetesFixtures.Read("packageinstalls/unauthorized.json").GetProperty("packageInstall"));
        await using FakeKubernetes server = await StartAsync([], [install], []);
        server.On("GET", $"/api/v1/namespaces/{install.Text("metadata", "namespace")}/secrets/hello-fetch-0",
            KubernetesAnswer.Of(KubernetesFixtures.Read("secrets/placeholder-made.json").GetProperty("object")));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single(found => found.Cause == Cause.Unauthorized);
        Assert.Contains("hello-fetch-0: secretgen-controller does not run", finding.Evidence.Single());
        Assert.Contains("dotnet airgap secret --for 127.0.0.1:15001 --name hello-pull", finding.Diagnostic.Advice);
        Assert.Contains("ext.packaging.carvel.dev/fetch-0-secret-name=hello-pull", finding.Diagnostic.Advice);
    }

    [TestMethod]
    public async Task APlaceholderThatWasNeverFilled_IsFoundInItsOwnNamespace()
    {
        JsonElement[] steps = [.. KubernetesFixtures.Exchanges(
            KubernetesFixtures.Read("apply/secret/filled-then-reapplied-stringData.json"))];
        await using FakeKubernetes server = await StartAsync([], [], []);
        server.On("GET", Secrets, KubernetesAnswer.List("1", KubernetesFixtures.Body(steps[0]), KubernetesFixtures.Body(steps[1])));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single();
        Assert.AreEqual(ErrorCode.PlaceholderNotFilled, finding.Diagnostic.Code);
        Assert.AreEqual("dotnet airgap secret --for 127.0.0.1:15001 --name ph-string -n packages --apply", finding.Diagnostic.Advice);
    }
}
