using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Accounts that may not list or not watch: rights to named objects (<c>resourceNames</c>) often are those to get them.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class NamedReadTests : ReconcileWaitTestBase
{
    private const string Name = "simple-package-repository";
    private static readonly JsonElement s_state = KubernetesFixtures.Read("packagerepositories/success.json");
    private static readonly string s_path = KubernetesFixtures.PathOf(s_state.GetProperty("watch"));
    private static readonly string s_object = $"{s_path}/{Name}";
    private static readonly WaitTarget s_target = new("success", Name, 1);

    private static JsonElement[] Events => [.. KubernetesFixtures.Events(s_state.GetProperty("watch"))];

    private static JsonElement First => Events[0].GetProperty("object");

    private static JsonElement Last => Events[^1].GetProperty("object");

    private static KubernetesAnswer NoList => KubernetesAnswer.Recorded("apply/packagerepository/forbidden-list.json");

    private static KubernetesAnswer NoWatch => KubernetesAnswer.Recorded("apply/packagerepository/forbidden-watch.json");

    private static KubernetesAnswer NoGet => KubernetesAnswer.Recorded("apply/packagerepository/forbidden-get.json");

    private static KubernetesAnswer Missing => KubernetesAnswer.Recorded("apply/packagerepository/get-not-found.json");

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WithoutTheRightToWatch_TheWaitReads(bool mayList)
    {
        await using FakeKubernetes server = await StartAsync();
        if (mayList)
            server.On("GET", s_path, KubernetesAnswer.List("1", First), KubernetesAnswer.List("2", First), KubernetesAnswer.List("9", Last));
        else
            server.On("GET", s_path, NoList).On("GET", s_object, KubernetesAnswer.Of(First), KubernetesAnswer.Of(First), KubernetesAnswer.Of(Last));
        server.OnWatch(s_path, Enumerable.Repeat(NoWatch, 20));

        WaitResult verdict = await RunAsync(server, s_target, s_long);

        Assert.IsNull(verdict.Failure);
        Assert.HasCount(1, server.Requests.Where(request => request.IsWatch));
        Assert.HasCount(mayList ? 3 : 1, server.Requests.Where(request => !request.IsWatch && request.Path == s_path));
        Assert.HasCount(1, _lines.Where(line => line.Contains("read, but not watched", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task WithoutTheRightToList_AWatchOfTheNameIsUsed()
    {
        await using FakeKubernetes server = await StartAsync();
        server.On("GET", s_path, NoList).On("GET", s_object, KubernetesAnswer.Of(First));
        server.OnWatch(s_path, KubernetesAnswer.Watch(Events[..1], AnswerEnd.Clean), KubernetesAnswer.Watch(Events));

        WaitResult verdict = await RunAsync(server, s_target, s_long);

        Assert.IsNull(verdict.Failure);
        Assert.IsTrue(server.Requests.Where(request => request.IsWatch).All(
            request => request.Query.Contains($"fieldSelector=metadata.name%3D{Name}&resourceVersion=&", StringComparison.Ordinal)));
        Assert.IsFalse(_lines.Exists(line => line.Contains("not watched", StringComparison.Ordinal)));
    }

    // A watch from the latest version does not tell what was deleted before it.
    [TestMethod]
    public async Task WithoutTheRightToList_ADeletionIsSeen()
    {
        await using FakeKubernetes server = await StartAsync();
        server.On("GET", s_path, NoList).On("GET", s_object, KubernetesAnswer.Of(First), Missing);
        server.OnWatch(s_path, KubernetesAnswer.Watch(Events[..1], AnswerEnd.Clean));

        WaitResult verdict = await RunAsync(server, s_target, s_long);

        Assert.AreEqual(ErrorCode.ObjectDeleting, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task WithoutAnyRight_TheRefusalSaysWhichSuffice()
    {
        await using FakeKubernetes server = await StartAsync();
        server.On("GET", s_path, NoList).On("GET", s_object, NoGet);

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(server, s_target, s_long));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.Contains("were not listed", failure.Message);
        Assert.Contains("right to get each of them, or to list and watch them", failure.Advice);
    }

    [TestMethod]
    [DataRow("PackageRepository")]
    [DataRow("PackageInstall")]
    public async Task TheDoctor_ExaminesANamedObject_WithTheRightToGetIt(string kind)
    {
        await using FakeKubernetes server = await StartUnlistedAsync();
        bool isInstall = kind == "PackageInstall";
        server.On("GET", $"{Of("packagerepositories")}/app", isInstall ? NoGet : KubernetesAnswer.Of(Object("PackageRepository")))
            .On("GET", $"{Of("packageinstalls")}/app", isInstall ? KubernetesAnswer.Of(Object("PackageInstall")) : Missing);

        DoctorReport report = await ExamineAsync(server, "packages", "app");

        Examined examined = report.Objects.Single();
        Assert.AreEqual(kind, examined.Kind);
        Assert.IsTrue(report.Findings.All(finding => finding.IsWarning), string.Join('\n', report.Findings));
        Assert.AreEqual(
            isInstall,
            report.Findings.Any(finding => finding.Diagnostic.Message.StartsWith("PackageRepositories of packages were not", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task TheDoctor_DoesNotDenyWhatItMayNotRead(bool isRepositoryAbsent)
    {
        await using FakeKubernetes server = await StartUnlistedAsync();
        server.On("GET", $"{Of("packagerepositories")}/app", isRepositoryAbsent ? Missing : NoGet)
            .On("GET", $"{Of("packageinstalls")}/app", NoGet);

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => ExamineAsync(server, "packages", "app"));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.StartsWith(
            isRepositoryAbsent
                ? "There is no PackageRepository app in packages, and whether there is a PackageInstall of that name is unknown: "
                : "Whether there is a PackageRepository or a PackageInstall app in packages is unknown: ", failure.Message);
        Assert.Contains("right to get app, or to list", failure.Advice);
    }

    [TestMethod]
    [DataRow(null, "Name a namespace")]
    [DataRow("packages", "Name the object")]
    public async Task TheDoctor_SaysWhatNeedsFewerRights(string? ns, string advice)
    {
        await using FakeKubernetes server = await StartUnlistedAsync();

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => ExamineAsync(server, ns, null));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.StartsWith(advice, failure.Advice);
    }

    private static async Task<FakeKubernetes> StartAsync()
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        return server.On("GET", KubernetesFixtures.PathOf(s_state.GetProperty("packages")),
            KubernetesAnswer.Recorded(s_state.GetProperty("packages")));
    }

    // It may not discover APIs, either.
    private static async Task<FakeKubernetes> StartUnlistedAsync()
    {
        const string Group = "/apis/packaging.carvel.dev/v1alpha1";
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        return server.On("GET", Group, NoList).On("GET", $"{Group}/packagerepositories", NoList)
            .On("GET", Of("packagerepositories"), NoList).On("GET", Of("packageinstalls"), NoList)
            .On("GET", "/apis/data.packaging.carvel.dev/v1alpha1/namespaces/packages/packages", NoList);
    }

    private static string Of(string plural) => $"/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/{plural}";

    private static JsonElement Object(string kind) => JsonElement.Parse(
        $$$"""
        {"apiVersion":"packaging.carvel.dev/v1alpha1","kind":"{{{kind}}}","metadata":{"name":"app","namespace":"packages","generation":1},
        "status":{"observedGeneration":1,"conditions":[{"type":"ReconcileSucceeded","status":"True"}]}}
        """);

    private static async Task<DoctorReport> ExamineAsync(FakeKubernetes server, string? ns, string? name)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Doctor(client, new DoctorOptions { Namespace = ns, Name = name }).ExamineAsync(CancellationToken.None);
    }
}
