using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Watches that break, end or are refused.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class WatchFailureTests : ReconcileWaitTestBase
{
    [TestMethod]
    public async Task AnExpiredVersion_AndABrokenStream_ResumeTheWatch()
    {
        JsonElement state = KubernetesFixtures.Read("packagerepositories/success.json");
        JsonElement watch = state.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        IReadOnlyList<JsonElement> events = KubernetesFixtures.Events(watch);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1"), KubernetesAnswer.List("5", events[0].GetProperty("object")));
        server.OnWatch(path, KubernetesAnswer.Recorded("watch/too-old.json"), KubernetesAnswer.Watch([.. events.Take(2)], AnswerEnd.Broken),
            KubernetesAnswer.Watch(events.Skip(2)));
        server.On("GET", KubernetesFixtures.PathOf(state.GetProperty("packages")),
            KubernetesAnswer.Recorded(state.GetProperty("packages")));

        WaitResult verdict = await RunAsync(server, new WaitTarget("success", "simple-package-repository", 1), s_long);

        Assert.IsNull(verdict.Failure);
        string[] versions = [.. server.Requests.Where(request => request.IsWatch)
            .Select(request => request.Query.Split("resourceVersion=")[1].Split('&')[0])];
        Assert.AreSequenceEqual(new[] { "1", "5" }, versions[..2]);
        Assert.HasCount(2, server.Requests.Where(request => !request.IsWatch && request.Path == path));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task StreamsThatEndAtOnce_AreResumedWithPauses(bool haveAnEvent)
    {
        JsonElement[] events = haveAnEvent
            ? [JsonElement.Parse("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}""")] : [];
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1"));
        server.OnWatch(Path, Enumerable.Repeat(KubernetesAnswer.Watch(events, AnswerEnd.Clean), 1000));

        WaitResult verdict = await RunAsync(server, new WaitTarget("packages", "a", 1), TimeSpan.FromSeconds(2));

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.IsLessThan(10, server.Requests.Count);
    }

    [TestMethod]
    public async Task AnObjectDeletedBetweenWatches_EndsTheWait()
    {
        JsonElement watch = KubernetesFixtures.Read("packagerepositories/success.json").GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1", KubernetesFixtures.Events(watch)[0].GetProperty("object")),
            KubernetesAnswer.List("9"));
        server.OnWatch(path, KubernetesAnswer.Recorded("watch/too-old.json"));

        WaitResult verdict = await RunAsync(server, new WaitTarget("success", "simple-package-repository", 1), s_long);

        Assert.AreEqual(ErrorCode.ObjectDeleting, verdict.Failure!.Code);
        Assert.Contains("was deleted", verdict.Failure.Message);
    }

    [TestMethod]
    public async Task MissingCredentials_DoNotEndTheWatch()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories", KubernetesAnswer.List("1"));
        LimitClock clock = new();
        int asked = 0;
        using ClusterClient client = new(new ClusterTarget
        {
            Server = server.Address,
            Origin = "a test",
            Authorization = async token =>
            {
                // A login that expires when the watch begins.
                if (++asked == 4)
                    clock.End();
                if (asked > 1)
                    throw new TaskCanceledException();
                await Task.CompletedTask;
                return null;
            },
        });

        WaitResult verdict = (await new ReconcileWait(client, _lines.Add) { Clock = clock }.RunAsync(
            [new WaitTarget("packages", "a", 1)], LimitClock.Limit, CancellationToken.None)).Single();

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.IsGreaterThan(2, asked, "it was asked again");
    }

    // After an apply whose requests were accepted, the first list may come while the server restarts.
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ACredentialThatIsNotRecognisedAtFirst_IsTriedAgain_IfItWasAccepted(bool isAccepted)
    {
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/applied", KubernetesAnswer.Json(200, "{}"));
        server.On("GET", Path, KubernetesAnswer.Json(401, """{"kind":"Status","message":"Unauthorized","code":401}"""),
            KubernetesAnswer.List("1", JsonElement.Parse(
                """{"metadata":{"name":"a","namespace":"packages"},"spec":{"paused":true},"status":{"observedGeneration":1}}""")));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        if (isAccepted)
            await client.GetAsync("applied", CancellationToken.None);

        Task<IReadOnlyList<WaitResult>> wait =
            new ReconcileWait(client, _lines.Add).RunAsync([new WaitTarget("packages", "a", 1)], s_long, CancellationToken.None);

        if (isAccepted)
            Assert.AreEqual(ErrorCode.Paused, (await wait).Single().Failure!.Code);
        else
            Assert.AreEqual(
                ErrorCode.ClusterUnauthorized, (await Assert.ThrowsExactlyAsync<AirgapException>(() => wait)).Code);
    }

    [TestMethod]
    public async Task AMissingPermission_EndsTheWait()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories",
            KubernetesAnswer.Recorded("apply/packagerepository/forbidden-list.json"));

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(server, new WaitTarget("packages", "a", 1), s_long));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
    }

    // Right after its start, a server refuses what it permits later, and a proxy in front of it answers for it before.
    [TestMethod]
    public async Task AServerThatStartsAgain_DoesNotEndTheWait()
    {
        JsonElement state = KubernetesFixtures.Read("packagerepositories/success.json");
        JsonElement watch = state.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        JsonElement[] done = [.. KubernetesFixtures.Events(watch).Select(entry => entry.GetProperty("object"))];
        KubernetesAnswer forbidden = KubernetesAnswer.Recorded("apply/packagerepository/forbidden-list.json");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1", done[0]), forbidden, KubernetesAnswer.Json(503, "{}"),
            KubernetesAnswer.List("9", done[^1]));
        server.OnWatch(path, KubernetesAnswer.Recorded("apply/packagerepository/forbidden-watch.json"));
        server.On("GET", KubernetesFixtures.PathOf(state.GetProperty("packages")),
            KubernetesAnswer.Recorded(state.GetProperty("packages")));

        WaitResult verdict = await RunAsync(server, new WaitTarget("success", "simple-package-repository", 1), s_long);

        Assert.IsNull(verdict.Failure);
    }

    [TestMethod]
    public async Task APermissionThatIsTakenAway_EndsTheWait()
    {
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1"), KubernetesAnswer.Recorded("apply/packagerepository/forbidden-list.json"));
        server.OnWatch(Path, KubernetesAnswer.Recorded("watch/too-old.json"));

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(server, new WaitTarget("packages", "a", 1), s_long));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.Contains("were not listed", failure.Message);
    }
}
