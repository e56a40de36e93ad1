using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Requests, watches and refusals of a cluster.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ClusterClientTests
{
    private const string Repositories = "/apis/packaging.carvel.dev/v1alpha1/packagerepositories";

    [TestMethod]
    [DataRow("0")]
    [DataRow("Sun, 06 Nov 1994 08:49:37 GMT")]
    public async Task ATransientRefusal_IsRetried_AfterAPause(string retryAfter)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        KubernetesAnswer busy = KubernetesAnswer.Recorded("apply/too-many-requests.json") with
        {
            Headers = new Dictionary<string, string> { ["Retry-After"] = retryAfter }
        };
        server.On("GET", Repositories, busy, busy, KubernetesAnswer.List("1"));
        using ClusterClient client = Connect(server);
        long began = TimeProvider.System.GetTimestamp();

        ClusterResponse answer = await client.GetAsync(Repositories[1..], CancellationToken.None);

        Assert.AreEqual(200, answer.Status);
        Assert.HasCount(3, server.Requests);
        Assert.IsGreaterThanOrEqualTo(0.19, TimeProvider.System.GetElapsedTime(began).TotalSeconds, "even where the time has passed");
    }

    [TestMethod]
    public async Task AnAggregatedApiThatIsDown_IsNotAskedTwice()
    {
        await using FakeKubernetes server =
            (await FakeKubernetes.StartAsync()).Replay("discovery/kapp-controller-not-running/packages-list.json");
        using ClusterClient client = Connect(server);

        ClusterResponse answer = await client.GetAsync("apis/data.packaging.carvel.dev/v1alpha1/packages", CancellationToken.None);

        Assert.AreEqual(ErrorCode.PackagesNotServed, ClusterRefusal.Of(answer, "Packages", "listed").Code);
        Assert.HasCount(1, server.Requests);
    }

    // The cluster answers alike for every API that is down, and so does a load balancer.
    [TestMethod]
    [DataRow("apis/down.example/v1")]
    [DataRow("apis/packaging.carvel.dev/v1alpha1/packagerepositories")]
    public async Task AnotherApiThatIsDown_IsNotKappControllers(string path)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", $"/{path}", new KubernetesAnswer(503, "service unavailable\n"u8.ToArray(), "text/plain"));
        using ClusterClient client = Connect(server);

        AirgapException failure = ClusterRefusal.Of(await client.GetAsync(path, CancellationToken.None), "Thing", "found");

        Assert.AreEqual(ErrorCode.ClusterFault, failure.Code);
        Assert.DoesNotContain("kapp-controller", failure.Message + failure.Advice);
    }

    // The right to create is checked late, without a reason.
    [TestMethod]
    public void ARefusalWithoutAReason_IsOfARight()
    {
        AirgapException failure = ClusterRefusal.Of(
            new ClusterResponse(403, JsonElement.Parse(
                """{"kind":"Status","message":"packagerepositories.packaging.carvel.dev \"p\" is forbidden: ","reason":"Forbidden"}"""), ""),
            "PackageRepository sr/p", "applied");

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.Contains("\"p\" is forbidden, and the cluster gives no reason", failure.Message);
        Assert.Contains("create", failure.Advice);
    }

    [TestMethod]
    public async Task AWatch_ReturnsEvents_AndResumesAfterABreak()
    {
        JsonElement recorded = KubernetesFixtures.Read("watch/timeout.json");
        IReadOnlyList<JsonElement> events = KubernetesFixtures.Events(recorded);
        string path = KubernetesFixtures.PathOf(recorded);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.OnWatch(path, KubernetesAnswer.Watch(events, AnswerEnd.Clean), KubernetesAnswer.Watch(events, AnswerEnd.Broken),
            KubernetesAnswer.Recorded("watch/too-old.json"));
        using ClusterClient client = Connect(server);

        List<WatchEvent> whole = await ReadAsync(client, path);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(client, path));
        List<WatchEvent> old = await ReadAsync(client, path);

        Assert.HasCount(events.Count, whole);
        Assert.AreEqual(410, old.Single().Object.Number("code"));
    }

    [TestMethod]
    public async Task ASilentServer_IsOneError()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Hook = _ => Task.Delay(TimeSpan.FromSeconds(30));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" })
        {
            AnswerLimit = TimeSpan.FromMilliseconds(200)
        };

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => client.GetAsync("version", CancellationToken.None));

        Assert.AreEqual(ErrorCode.ClusterUnreachable, failure.Code);
        Assert.Contains(server.Address.GetLeftPart(UriPartial.Authority), failure.Message);
    }

    public static IEnumerable<object[]> Refusals() =>
    [
        ["packagerepository/anonymous", ErrorCode.ClusterUnauthorized, "no credentials were sent"],
        ["packagerepository/unauthorized", ErrorCode.ClusterUnauthorized, "does not recognise the credentials"],
        ["packagerepository/forbidden-create", ErrorCode.ClusterForbidden, "cannot"],
        ["packagerepository/forbidden-patch", ErrorCode.ClusterForbidden, "cannot patch"],
        ["packagerepository/namespace-not-found", ErrorCode.ObjectRefused, "the namespace nowhere does not exist"],
        ["packagerepository/namespace-terminating", ErrorCode.ObjectDeleting, "its namespace is being deleted"],
        ["packagerepository/conflict-two-fields", ErrorCode.FieldConflict,
            "conflict with \"kubectl\" over .spec.syncPeriod, .spec.fetch.imgpkgBundle.image"],
        ["packagerepository/conflict-kubectl-client-side", ErrorCode.FieldConflict, "kubectl-client-side-apply"],
        ["packagerepository/stale-resourceversion", ErrorCode.FieldConflict, "was not applied"],
        ["packagerepository/unknown-field", ErrorCode.ObjectRefused,
            "does not fit the schema of the cluster: .spec.serviceAccountName: field not declared in schema"],
        ["packagerepository/wrong-type", ErrorCode.ObjectRefused, "does not fit the schema"],
        ["packagerepository/no-fetch", ErrorCode.ObjectRefused, "spec.fetch"],
        ["packagerepository/policy-denied", ErrorCode.ObjectRefused, "images come from registry.corp.example"],
        ["packagerepository/quota", ErrorCode.ObjectRefused, "exceeded quota"],
        ["packagerepository/webhook-unreachable", ErrorCode.ClusterFault, "failed calling webhook"],
        ["packagerepository/not-yaml", ErrorCode.ObjectRefused, "was not applied"],
        ["packagerepository/wrong-content-type", ErrorCode.ObjectRefused, "was not applied"],
        ["secret/type-immutable", ErrorCode.ObjectRefused, "type"],
        ["secret/immutable", ErrorCode.ObjectRefused, "immutable"],
        ["secret/data-conflict", ErrorCode.FieldConflict, "conflict with"],
        ["secretexport/wrong-type", ErrorCode.ObjectRefused, "does not fit the schema"],
        ["namespace/forbidden", ErrorCode.ClusterForbidden, "namespaces"],
    ];

    [TestMethod]
    [DynamicData(nameof(Refusals))]
    public async Task ARefusal_HasItsCode(string file, ErrorCode code, string words)
    {
        JsonElement exchange = KubernetesFixtures.Exchanges(KubernetesFixtures.Read($"apply/{file}.json")).Last();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", "/refused", KubernetesAnswer.Recorded(exchange));
        using ClusterClient client = Connect(server);

        ClusterResponse answer = await client.SendAsync(
            HttpMethod.Patch, "refused", "{}"u8.ToArray(), "application/apply-patch+yaml", CancellationToken.None);
        AirgapException failure = ClusterRefusal.Of(answer, "It", "applied");

        Assert.AreEqual(code, failure.Code, failure.Message);
        Assert.Contains(words, failure.Message);
        Assert.IsNotEmpty(failure.Advice);
    }

    [TestMethod]
    public async Task AnUnservedKind_IsNotAServerFault()
    {
        await using FakeKubernetes server =
            (await FakeKubernetes.StartAsync()).Replay("discovery/without-kapp-controller/packagerepositories-list.json");
        using ClusterClient client = Connect(server);

        ClusterResponse answer = await client.GetAsync(Repositories[1..], CancellationToken.None);

        Assert.AreEqual(ErrorCode.KindNotServed, ClusterRefusal.Of(answer, "PackageRepositories", "listed").Code);
    }

    private static ClusterClient Connect(FakeKubernetes server) => new(new ClusterTarget { Server = server.Address, Origin = "a test" });

    private static async Task<List<WatchEvent>> ReadAsync(ClusterClient client, string path)
    {
        List<WatchEvent> read = [];
        await foreach (WatchEvent entry in client.WatchAsync(path[1..] + "?watch=1", CancellationToken.None))
            read.Add(entry);
        return read;
    }
}
