using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>A wait ends with what the cluster says about the form that was applied, and about no older one.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RepositoryWaitTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private readonly List<string> _lines = [];

    [TestMethod]
    public async Task ASuccess_WithItsPackages()
    {
        WaitVerdict verdict = await WaitForStateAsync("success", s_long);

        Assert.IsNull(verdict.Failure);
        Assert.AreEqual(1, verdict.Packages);
        Assert.AreSequenceEqual(
            new[] { "not seen by kapp-controller yet", "reconciling", "reconcile succeeded" },
            [.. _lines.Select(line => line.Split(": ")[1])]);
    }

    [TestMethod]
    public async Task AFailureThatNoRetryMends_EndsItAtOnce_InOneParagraph()
    {
        WaitVerdict verdict = await WaitForStateAsync("package-name-mismatch", s_long);

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.Contains("must be <spec.refName> + '.' + <spec.version>", verdict.Failure.Message);
        Assert.DoesNotContain("\n", verdict.Failure.Message);
        Assert.Contains("REFNAME.VERSION", verdict.Failure.Advice);
    }

    [TestMethod]
    public async Task AFirstFailureThatMayHeal_IsWaitedOut_AndToldAtTheEnd()
    {
        WaitVerdict verdict = await WaitForStateAsync("unauthorized-no-secret", TimeSpan.FromSeconds(2));

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.Contains("UNAUTHORIZED", verdict.Failure.Message);
        Assert.Contains("dotnet airgap secret --for 127.0.0.1:15001", verdict.Failure.Advice);
    }

    [TestMethod]
    public async Task AFailureThatHeals_IsASuccess()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/secretgen-export-later.json").GetProperty("watch");
        JsonElement[] events = [.. KubernetesFixtures.Events(watch)];
        Assert.Contains(entry => entry.GetRawText().Contains("ReconcileFailed", StringComparison.Ordinal), events);

        WaitVerdict verdict = await WaitAsync(watch, events, s_long);

        Assert.IsNull(verdict.Failure, verdict.Failure?.Message);
    }

    [TestMethod]
    public async Task Images_ThatAreNotRelocated_AreAFailure_ThoughTheClusterSaysSuccess()
    {
        WaitVerdict verdict = await WaitForStateAsync("success-not-relocated", s_long);

        Assert.AreEqual(ErrorCode.ImagesOutside, verdict.Failure!.Code);
        Assert.Contains("outside.local:5056/rig/hello-app", verdict.Failure.Message);
    }

    [TestMethod]
    public async Task TheSuccessOfAnOlderForm_IsNone_AndOneFromTheCache_IsAFailure()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json").GetProperty("watch");

        WaitVerdict verdict = await WaitAsync(watch, KubernetesFixtures.Events(watch), s_long, generation: 2);

        Assert.AreEqual(2, verdict.State!.ObservedGeneration);
        Assert.AreEqual(ErrorCode.CachedMirror, verdict.Failure!.Code);
        Assert.Contains("waiting for kapp-controller to see the change", string.Join('\n', _lines));
    }

    [TestMethod]
    public async Task APausedOne_IsNoSuccess()
    {
        WaitVerdict verdict = await WaitForStateAsync("paused", s_long);

        Assert.AreEqual(ErrorCode.Paused, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task ADeletedOne_IsNoSuccess()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/delete.json").GetProperty("watch");
        JsonElement[] events = [
            .. KubernetesFixtures.Events(watch)
            .SkipWhile(entry => !entry.GetRawText().Contains("deletionTimestamp", StringComparison.Ordinal))];

        WaitVerdict verdict = await WaitAsync(watch, events, s_long);

        Assert.AreEqual(ErrorCode.ObjectDeleting, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task AForgottenPlace_AndABrokenStream_AreListedAndTakenUpAgain()
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

        WaitVerdict verdict = await RunAsync(server, new WaitTarget("success", "simple-package-repository", 1), s_long);

        Assert.IsNull(verdict.Failure);
        string[] versions = [.. server.Requests.Where(request => request.IsWatch)
            .Select(request => request.Query.Split("resourceVersion=")[1].Split('&')[0])];
        Assert.AreSequenceEqual(new[] { "1", "5" }, versions[..2]);
        Assert.HasCount(2, server.Requests.Where(request => !request.IsWatch && request.Path == path));
    }

    [TestMethod]
    public async Task Silence_IsExplained_AndTheLimitIsToldAsThat()
    {
        JsonElement state = KubernetesFixtures.Read("packagerepositories/sync-period-malformed.json");
        JsonElement watch = state.GetProperty("watch");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", KubernetesFixtures.PathOf(watch), KubernetesAnswer.List("1", KubernetesFixtures.Body(state.GetProperty("get"))));

        WaitVerdict verdict = await RunAsync(
            server, new WaitTarget("sync-period-malformed", "simple-package-repository", 1), TimeSpan.FromSeconds(1));

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.Contains("one PackageRepository at a time", string.Join('\n', _lines));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task StreamsThatEndAtOnce_AreNotAskedForInALoop(bool haveAnEvent)
    {
        JsonElement[] events = haveAnEvent
            ? [JsonElement.Parse("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}""")] : [];
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1"));
        server.OnWatch(Path, Enumerable.Repeat(KubernetesAnswer.Watch(events, AnswerEnd.Clean), 1000));

        WaitVerdict verdict = await RunAsync(server, new WaitTarget("packages", "a", 1), TimeSpan.FromSeconds(2));

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.IsLessThan(10, server.Requests.Count);
    }

    [TestMethod]
    public async Task AnInterruption_EndsTheWait()
    {
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
        using CancellationTokenSource interruption = new();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1"));
        server.Hook = request => request.IsWatch ? interruption.CancelAsync() : Task.CompletedTask;
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => new RepositoryWait(client, _lines.Add).RunAsync([new WaitTarget("packages", "a", 1)], s_long, interruption.Token));
    }

    [TestMethod]
    public async Task ARightThatIsMissing_EndsIt()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories",
            KubernetesAnswer.Recorded("apply/packagerepository/forbidden-list.json"));

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(server, new WaitTarget("packages", "a", 1), s_long));

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
    }

    private async Task<WaitVerdict> WaitForStateAsync(string name, TimeSpan limit)
    {
        JsonElement state = KubernetesFixtures.Read($"packagerepositories/{name}.json");
        JsonElement watch = state.GetProperty("watch");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch)));
        if (state.TryGetProperty("packages", out JsonElement packages))
            server.On("GET", KubernetesFixtures.PathOf(packages), KubernetesAnswer.Recorded(packages));
        return await RunAsync(server, Target(path, 1), limit);
    }

    private async Task<WaitVerdict> WaitAsync(JsonElement watch, IEnumerable<JsonElement> events, TimeSpan limit, long generation = 1)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(events));
        return await RunAsync(server, Target(path, generation), limit);
    }

    private static WaitTarget Target(string path, long generation) => new(path.Split('/')[5], "simple-package-repository", generation);

    private async Task<WaitVerdict> RunAsync(FakeKubernetes server, WaitTarget target, TimeSpan limit)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return (await new RepositoryWait(client, _lines.Add) { StallAfter = TimeSpan.FromMilliseconds(200) }
            .RunAsync([target], limit, CancellationToken.None)).Single();
    }
}
