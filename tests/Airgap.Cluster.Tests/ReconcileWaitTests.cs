using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>The result of a wait is the recorded state.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ReconcileWaitTests : ReconcileWaitTestBase
{
    [TestMethod]
    public async Task ASuccess_WithItsPackages()
    {
        WaitResult verdict = await WaitForStateAsync("success", s_long);

        Assert.IsNull(verdict.Failure);
        Assert.AreEqual(1, verdict.Packages);
        Assert.AreSequenceEqual(
            new[] { "not seen by kapp-controller yet", "reconciling", "reconcile succeeded" },
            [.. _lines.Select(line => line.Split(": ")[1])]);
    }

    [TestMethod]
    public async Task APermanentFailure_EndsTheWaitAtOnce_WithOneParagraph()
    {
        WaitResult verdict = await WaitForStateAsync("package-name-mismatch", s_long);

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.Contains("must be <spec.refName> + '.' + <spec.version>", verdict.Failure.Message);
        Assert.DoesNotContain("\n", verdict.Failure.Message);
        Assert.Contains("REFNAME.VERSION", verdict.Failure.Advice);
    }

    [TestMethod]
    public async Task ATransientFailure_IsReported_OnlyAtTheTimeLimit()
    {
        WaitResult verdict = await WaitForStateAsync("unauthorized-no-secret", LimitClock.Limit, endsAt: "reconcile failed");

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

        WaitResult verdict = await WaitAsync(watch, events, s_long);

        Assert.IsNull(verdict.Failure, verdict.Failure?.Message);
    }

    [TestMethod]
    public async Task ImagesOutsideTheMirror_AreAFailure_DespiteASuccess()
    {
        WaitResult verdict = await WaitForStateAsync("success-not-relocated", s_long);

        Assert.AreEqual(ErrorCode.ImagesOutside, verdict.Failure!.Code);
        Assert.Contains("outside.local:5056/rig/hello-app", verdict.Failure.Message);
    }

    [TestMethod]
    public async Task TheSuccessOfAnOlderForm_IsIgnored_AndOneFromTheCacheFails()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json").GetProperty("watch");

        WaitResult verdict = await WaitAsync(watch, KubernetesFixtures.Events(watch), s_long, generation: 2);

        Assert.AreEqual(2, verdict.State!.ObservedGeneration);
        Assert.AreEqual(ErrorCode.CachedMirror, verdict.Failure!.Code);
        Assert.Contains("waiting for kapp-controller to see the change", string.Join('\n', _lines));
    }

    [TestMethod]
    public async Task APausedObject_FailsTheWait()
    {
        WaitResult verdict = await WaitForStateAsync("paused", s_long);

        Assert.AreEqual(ErrorCode.Paused, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task ADeletedObject_FailsTheWait()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/delete.json").GetProperty("watch");
        JsonElement[] events = [
            .. KubernetesFixtures.Events(watch)
            .SkipWhile(entry => !entry.GetRawText().Contains("deletionTimestamp", StringComparison.Ordinal))];

        WaitResult verdict = await WaitAsync(watch, events, s_long);

        Assert.AreEqual(ErrorCode.ObjectDeleting, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task AStall_IsExplained_AndTheTimeLimitReported()
    {
        JsonElement state = KubernetesFixtures.Read("packagerepositories/sync-period-malformed.json");
        JsonElement watch = state.GetProperty("watch");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", KubernetesFixtures.PathOf(watch), KubernetesAnswer.List("1", KubernetesFixtures.Body(state.GetProperty("get"))));

        WaitResult verdict = await RunAsync(
            server, new WaitTarget("sync-period-malformed", "simple-package-repository", 1), LimitClock.Limit,
            endsAt: "one PackageRepository at a time", stallAfter: TimeSpan.FromMilliseconds(200));

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.Contains("one PackageRepository at a time", string.Join('\n', _lines));
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
            () => new ReconcileWait(client, _lines.Add).RunAsync([new WaitTarget("packages", "a", 1)], s_long, interruption.Token));
    }

    [TestMethod]
    public async Task AHostileText_IsNotSearchedForLong()
    {
        string evil = "GET " + string.Concat(Enumerable.Repeat("token", 200_000));
        JsonElement repository = JsonElement.Parse(
            $$$"""{"metadata":{"name":"a","namespace":"b","generation":1},"status":{"observedGeneration":1,"consecutiveReconcileFailures":3,"usefulErrorMessage":"{{{evil}}}","conditions":[{"type":"ReconcileFailed","status":"True"}]}}""");
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/b/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1", repository));
        long started = Environment.TickCount64;

        WaitResult verdict = await RunAsync(server, new WaitTarget("b", "a", 1), LimitClock.Limit, endsAt: "reconcile failed");

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.IsLessThan(20_000, Environment.TickCount64 - started);
        Assert.IsLessThan(2000, verdict.Failure.Message.Length);
    }
}
