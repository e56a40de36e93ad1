using System.Text;
using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>A doctor tells what is wrong, by what it saw, and what mends it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DoctorTests
{
    private const string Repositories = "/apis/packaging.carvel.dev/v1alpha1/packagerepositories";
    private const string Installs = "/apis/packaging.carvel.dev/v1alpha1/packageinstalls";
    private const string Packages = "/apis/data.packaging.carvel.dev/v1alpha1/packages";
    private const string Secrets = "/api/v1/secrets";

    // Recorded successes whose Packages name a registry that is not the mirror.
    private static readonly string[] s_outside =
        ["success-not-relocated", "success-bundle-as-image", "success-image", "success-duplicate-package", "success-unknown-field"];

    [TestMethod]
    [DynamicData(nameof(CauseTests.States), typeof(CauseTests))]
    public async Task EveryState_IsFoundWithItsCause(string file, string? cause, string? condition)
    {
        JsonElement recorded = KubernetesFixtures.Read(file);
        bool isInstall = file.StartsWith("packageinstalls/", StringComparison.Ordinal);
        JsonElement found = KubernetesFixtures.Body(recorded.GetProperty(isInstall ? "packageInstall" : "get"));
        await using FakeKubernetes server = await StartAsync(isInstall ? [] : [found], isInstall ? [found] : [], PackagesOf(recorded));

        DoctorReport report = await ExamineAsync(server);

        Assert.HasCount(1, report.Objects);
        foreach (Finding finding in report.Findings)
        {
            Assert.IsNotEmpty(finding.Evidence, finding.Diagnostic.Message);
            Assert.IsFalse(string.IsNullOrWhiteSpace(finding.Diagnostic.Advice), finding.Diagnostic.Message);
        }

        if (cause is not null)
            Assert.AreEqual(cause, report.Findings.Single(finding => !finding.IsWarning).Cause?.ToString());
        else if (condition == "ReconcileSucceeded" && !s_outside.Contains(Path.GetFileNameWithoutExtension(file)))
            Assert.IsEmpty(report.Findings.Where(finding => !finding.IsWarning),
                string.Join('\n', report.Findings.Select(finding => finding.Diagnostic.Message)));
    }

    [TestMethod]
    [DataRow("success-not-relocated", ErrorCode.ImagesOutside)]
    [DataRow("success-bundle-as-image", ErrorCode.ImagesOutside)]
    [DataRow("success-image", ErrorCode.ImagesOutside)]
    [DataRow("success-duplicate-package", ErrorCode.ImagesOutside)]
    [DataRow("success-unknown-field", ErrorCode.ImagesOutside)]
    [DataRow("sync-period-malformed", ErrorCode.MalformedSyncPeriod)]
    [DataRow("paused", ErrorCode.Paused)]
    public async Task WhatTheClusterDoesNotTell_IsFound(string name, ErrorCode code)
    {
        JsonElement recorded = KubernetesFixtures.Read($"packagerepositories/{name}.json");
        await using FakeKubernetes server =
            await StartAsync([KubernetesFixtures.Body(recorded.GetProperty("get"))], [], PackagesOf(recorded));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.First(found => found.Diagnostic.Code == code);
        Assert.IsNotEmpty(finding.Diagnostic.Advice);
        if (code == ErrorCode.ImagesOutside)
            Assert.DoesNotContain("127.0.0.1:15000", string.Join('\n', finding.Evidence));
    }

    [TestMethod]
    public async Task ASuccessFromTheCacheOfAnotherMirror_IsFound()
    {
        JsonElement story = KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json");
        await using FakeKubernetes server = await StartAsync([KubernetesFixtures.Body(story.GetProperty("get"))], [], []);

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single(found => found.Diagnostic.Code == ErrorCode.CachedMirror);
        Assert.Contains("127.0.0.1:15000/apps/hello-repo", finding.Evidence[0]);
        Assert.Contains("delete packagerepository simple-package-repository", finding.Diagnostic.Advice);
    }

    [TestMethod]
    public async Task OneMalformedPeriodAnywhere_IsFound_WhateverWasAskedFor()
    {
        JsonElement malformed = KubernetesFixtures.Body(
            KubernetesFixtures.Read("packagerepositories/sync-period-malformed.json").GetProperty("get"));
        JsonElement other = JsonElement.Parse("""{"metadata":{"name":"a","namespace":"elsewhere","generation":1},"spec":{}}""");
        await using FakeKubernetes server = await StartAsync([malformed, other], [], []);
        server.On("GET", "/apis/data.packaging.carvel.dev/v1alpha1/namespaces/elsewhere/packages", KubernetesAnswer.List("1"));
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/elsewhere/packageinstalls", KubernetesAnswer.List("1"));
        server.On("GET", "/api/v1/namespaces/elsewhere/secrets", KubernetesAnswer.List("1"));

        DoctorReport report = await ExamineAsync(server, "elsewhere");

        Assert.AreSequenceEqual(
            new[] { ErrorCode.MalformedSyncPeriod, ErrorCode.NotObserved },
            [.. report.Findings.Select(finding => finding.Diagnostic.Code)]);
        Assert.Contains("patch packagerepository simple-package-repository", report.Findings[0].Diagnostic.Advice);
        Assert.Contains("see the finding above", report.Findings[1].Diagnostic.Message);
    }

    [TestMethod]
    [DataRow("secret-placeholder", """{"auths":{"127.0.0.1:15001":{"username":"REPLACE_ME","password":"REPLACE_ME"}}}""",
        "holds REPLACE_ME")]
    [DataRow("secret-wrong-host", """{"auths":{"other.example":{"username":"rig","password":"hunter2"}}}""",
        "is for other.example, not for 127.0.0.1:15001")]
    [DataRow("secret-wrong-password", """{"auths":{"https://127.0.0.1:15001/v2/":{"username":"rig","password":"hunter2"}}}""",
        "its user or password is refused")]
    [DataRow("secret-empty-auths", """{"auths":{}}""", "is empty")]
    public async Task WhatTheSameWordsHide_IsSeenInTheSecret_AndNeverShown(string name, string config, string words)
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
    public async Task APlaceholderOfSecretgen_TellsWhoDidNotFillIt(string file, string words)
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
    public async Task AnInstall_HasASecretOfItsOwn()
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

    [TestMethod]
    public async Task AVersionThatIsGone_IsShownBesideThoseThatAreThere()
    {
        JsonElement recorded = KubernetesFixtures.Read("packageinstalls/version-gone.json");
        await using FakeKubernetes server =
            await StartAsync([], [KubernetesFixtures.Body(recorded.GetProperty("packageInstall"))], PackagesOf(recorded));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single(found => !found.IsWarning);
        Assert.AreEqual(ErrorCode.VersionGone, finding.Diagnostic.Code);
        Assert.Contains("asked for: hello.rig.example.com 1.0.0; there: 1.1.0", string.Join('\n', finding.Evidence));
        Assert.Contains("keeps running", string.Join('\n', finding.Evidence));
    }

    [TestMethod]
    public async Task TwoRepositoriesOfOnePackage_AreBothNamed()
    {
        JsonElement recorded = KubernetesFixtures.Read("packagerepositories/conflict-other-repository.json");
        await using FakeKubernetes server =
            await StartAsync([KubernetesFixtures.Body(recorded.GetProperty("get"))], [], PackagesOf(recorded));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single(found => !found.IsWarning);
        Assert.AreEqual(Cause.Conflict, finding.Cause);
        Assert.Contains(
            "Package hello.rig.example.com.1.0.0 is defined by PackageRepository conflict-other-repository/first-repository, otherwise",
            string.Join('\n', finding.Evidence));
    }

    [TestMethod]
    public async Task AnApiThatIsDown_IsToldOnce()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json");
        server.Replay("discovery/kapp-controller-not-running/apiservice.json")
            .Replay("discovery/kapp-controller-not-running/packages-list.json");
        server.On("GET", Repositories, KubernetesAnswer.List("1")).On("GET", Installs, KubernetesAnswer.List("1"))
            .On("GET", Secrets, KubernetesAnswer.List("1"));

        DoctorReport report = await ExamineAsync(server);

        Finding finding = report.Findings.Single();
        Assert.AreEqual(ErrorCode.PackagesNotServed, finding.Diagnostic.Code);
        Assert.Contains("FailedDiscoveryCheck", finding.Evidence[0]);
        Assert.Contains("the namespace of its API's service", finding.Evidence[1]);
    }

    [TestMethod]
    [DataRow("tools", "nothing", "-n tools get pods")]
    [DataRow(null, "service", "-n carvel get pods")]
    [DataRow(null, "deployment", "-n elsewhere get pods")]
    [DataRow(null, "nothing", "-n kapp-controller get pods")]
    public async Task KappController_IsFoundWhereItRuns(string? asked, string known, string advice)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json");
        JsonElement unseen = KubernetesFixtures.Body(
            KubernetesFixtures.Read("packagerepositories/sync-period-malformed.json").GetProperty("get"));
        server.On("GET", Repositories, KubernetesAnswer.List("1", unseen)).On("GET", Installs, KubernetesAnswer.List("1"))
            .On("GET", Secrets, KubernetesAnswer.List("1")).On("GET", Packages, KubernetesAnswer.List("1"));
        if (known == "service")
        {
            string service = KubernetesFixtures.Body(
                KubernetesFixtures.Read("discovery/with-kapp-controller/apiservice.json")).GetRawText();
            server.On("GET", "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.data.packaging.carvel.dev",
                KubernetesAnswer.Json(200,
                    service.Replace("\"namespace\": \"kapp-controller\"", "\"namespace\": \"carvel\"", StringComparison.Ordinal)
                    .Replace("\"namespace\":\"kapp-controller\"", "\"namespace\":\"carvel\"", StringComparison.Ordinal)));
        }

        if (known == "deployment")
            server.On("GET", "/apis/apps/v1/deployments",
                KubernetesAnswer.List("1", JsonElement.Parse("""{"metadata":{"name":"kapp-controller","namespace":"elsewhere"}}""")));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        DoctorReport report = await new Doctor(client, new DoctorOptions { ControllerNamespace = asked }).ExamineAsync(
            CancellationToken.None);

        Assert.Contains(advice, string.Join('\n', report.Findings.Select(finding => finding.Diagnostic.Advice)));
    }

    [TestMethod]
    public async Task AClusterWithoutKappController_IsToldAsThat()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();

        DoctorReport report = await ExamineAsync(server);

        Assert.AreEqual(ErrorCode.KindNotServed, report.Findings.Single().Diagnostic.Code);
    }

    [TestMethod]
    public async Task WhatMayNotBeRead_IsSaid_AndIsNoFault()
    {
        await using FakeKubernetes server = await StartAsync([], [], []);
        server.On("GET", "/api/v1/namespaces/packages/secrets", KubernetesAnswer.Recorded("apply/secret/forbidden-get.json"));
        server.On("GET", "/apis/data.packaging.carvel.dev/v1alpha1/namespaces/packages/packages", KubernetesAnswer.List("1"));
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packageinstalls", KubernetesAnswer.List("1"));

        DoctorReport report = await ExamineAsync(server, "packages");

        Finding finding = report.Findings.Single();
        Assert.IsTrue(finding.IsWarning);
        Assert.AreEqual(ErrorCode.NotExamined, finding.Diagnostic.Code);
    }

    [TestMethod]
    public async Task ANameThatIsNowhere_IsAnError()
    {
        await using FakeKubernetes server = await StartAsync([], [], []);
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Doctor(client, new DoctorOptions { Name = "nowhere" }).ExamineAsync(CancellationToken.None));

        Assert.Contains("nowhere", failure.Message);
    }

    private static JsonElement[] PackagesOf(JsonElement recorded) =>
        recorded.TryGetProperty("packages", out JsonElement packages)
            && packages.GetProperty("response").TryGetProperty("body", out JsonElement list) ? [.. list.Items("items")] : [];

    private static async Task<FakeKubernetes> StartAsync(JsonElement[] repositories, JsonElement[] installs, JsonElement[] packages)
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        server.On("GET", Repositories, KubernetesAnswer.List("1", repositories)).On("GET", Installs, KubernetesAnswer.List("1", installs));
        return server.On("GET", Packages, KubernetesAnswer.List("1", packages));
    }

    private static async Task<DoctorReport> ExamineAsync(FakeKubernetes server, string? ns = null)
    {
        if (ns is null)
            server.On("GET", Secrets, KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Doctor(client, new DoctorOptions { Namespace = ns }).ExamineAsync(CancellationToken.None);
    }
}
