using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Failing objects are found with their causes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DoctorTests : DoctorTestBase
{
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
    public async Task HiddenProblems_AreFound(string name, ErrorCode code)
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
    public async Task AMalformedPeriod_IsFound_InAnyNamespace()
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
    public async Task AMissingVersion_IsShown_BesideExistingOnes()
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
    [DataRow("", "not seen by kapp-controller yet", "observedGeneration missing")]
    [DataRow(""","status":{"conditions":[{"type":"ReconcileSucceeded","status":"True"}]}""", "waiting for", "observedGeneration missing")]
    [DataRow(
        ""","status":{"observedGeneration":1,"conditions":[{"type":"ReconcileSucceeded","status":"True"}]}""", "waiting for",
        "observedGeneration 1")]
    public async Task APackageInstallThatNoControllerHasSeen_IsFound(string status, string words, string evidence)
    {
        JsonElement unseen = JsonElement.Parse($$$"""{"metadata":{"name":"a","namespace":"n","generation":2},"spec":{}{{{status}}}}""");
        await using FakeKubernetes server = await StartAsync([], [unseen], []);

        Finding finding = (await ExamineAsync(server)).Findings.Single();

        Assert.AreEqual(ErrorCode.NotObserved, finding.Diagnostic.Code);
        Assert.IsFalse(finding.IsWarning);
        Assert.Contains($"PackageInstall n/a is {words}", finding.Diagnostic.Message);
        Assert.Contains($"status.{evidence}", finding.Evidence.Single());
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
    public async Task AnUnavailableApi_IsReportedOnce()
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
    public async Task AClusterWithoutKappController_IsReported()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();

        DoctorReport report = await ExamineAsync(server);

        Assert.AreEqual(ErrorCode.KindNotServed, report.Findings.Single().Diagnostic.Code);
    }

    [TestMethod]
    public async Task UnreadableObjects_AreReported_ButAreNoFault()
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
    public async Task AnUnknownName_IsAnError()
    {
        await using FakeKubernetes server = await StartAsync([], [], []);
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Doctor(client, new DoctorOptions { Name = "nowhere" }).ExamineAsync(CancellationToken.None));

        Assert.Contains("nowhere", failure.Message);
    }

    // Whoever may not list PackageInstalls is not told that there is none.
    [TestMethod]
    public async Task AName_IsNotDenied_WhereTheListIsRefused()
    {
        await using FakeKubernetes server = await StartUnreadAsync();
        server.On("GET", Packages, KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Doctor(client, new DoctorOptions { Name = "app" }).ExamineAsync(CancellationToken.None));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.Contains("whether there is a PackageInstall of that name is unknown", failure.Message);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnApiServiceThatMayNotBeRead_IsReported_UnlessThePackagesAre(bool areListed)
    {
        await using FakeKubernetes server = await StartUnreadAsync();
        server.On("GET", Packages, areListed ? KubernetesAnswer.List("1") : Forbidden);

        DoctorReport report = await ExamineAsync(server);

        Assert.AreEqual(
            areListed ? 0 : 1,
            report.Findings.Count(finding => finding.Diagnostic.Message.Contains("own API is available", StringComparison.Ordinal)));
        Assert.IsTrue(report.Findings.All(finding => finding is { IsWarning: true, Diagnostic.Code: ErrorCode.NotExamined }));
    }

    private static KubernetesAnswer Forbidden => KubernetesAnswer.Json(
        403, """{"kind":"Status","status":"Failure","message":"it is forbidden: User \"u\" cannot do it","reason":"Forbidden","code":403}""");

    private static async Task<FakeKubernetes> StartUnreadAsync()
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        return server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .On("GET", "/apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.data.packaging.carvel.dev", Forbidden)
            .On("GET", Repositories, KubernetesAnswer.List("1")).On("GET", Installs, Forbidden);
    }
}
