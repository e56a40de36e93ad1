using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>A wait ends with what the cluster says about the form that was applied, and about no older one.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ReconcileWaitTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private readonly List<string> _lines = [];

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
    public async Task AFailureThatNoRetryMends_EndsItAtOnce_InOneParagraph()
    {
        WaitResult verdict = await WaitForStateAsync("package-name-mismatch", s_long);

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.Contains("must be <spec.refName> + '.' + <spec.version>", verdict.Failure.Message);
        Assert.DoesNotContain("\n", verdict.Failure.Message);
        Assert.Contains("REFNAME.VERSION", verdict.Failure.Advice);
    }

    [TestMethod]
    public async Task AFirstFailureThatMayHeal_IsWaitedOut_AndToldAtTheEnd()
    {
        WaitResult verdict = await WaitForStateAsync("unauthorized-no-secret", TimeSpan.FromSeconds(2));

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
    public async Task Images_ThatAreNotRelocated_AreAFailure_ThoughTheClusterSaysSuccess()
    {
        WaitResult verdict = await WaitForStateAsync("success-not-relocated", s_long);

        Assert.AreEqual(ErrorCode.ImagesOutside, verdict.Failure!.Code);
        Assert.Contains("outside.local:5056/rig/hello-app", verdict.Failure.Message);
    }

    [TestMethod]
    public async Task TheSuccessOfAnOlderForm_IsNone_AndOneFromTheCache_IsAFailure()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json").GetProperty("watch");

        WaitResult verdict = await WaitAsync(watch, KubernetesFixtures.Events(watch), s_long, generation: 2);

        Assert.AreEqual(2, verdict.State!.ObservedGeneration);
        Assert.AreEqual(ErrorCode.CachedMirror, verdict.Failure!.Code);
        Assert.Contains("waiting for kapp-controller to see the change", string.Join('\n', _lines));
    }

    [TestMethod]
    public async Task APausedOne_IsNoSuccess()
    {
        WaitResult verdict = await WaitForStateAsync("paused", s_long);

        Assert.AreEqual(ErrorCode.Paused, verdict.Failure!.Code);
    }

    [TestMethod]
    public async Task ADeletedOne_IsNoSuccess()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/delete.json").GetProperty("watch");
        JsonElement[] events = [
            .. KubernetesFixtures.Events(watch)
            .SkipWhile(entry => !entry.GetRawText().Contains("deletionTimestamp", StringComparison.Ordinal))];

        WaitResult verdict = await WaitAsync(watch, events, s_long);

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

        WaitResult verdict = await RunAsync(server, new WaitTarget("success", "simple-package-repository", 1), s_long);

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

        WaitResult verdict = await RunAsync(
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

        WaitResult verdict = await RunAsync(server, new WaitTarget("packages", "a", 1), TimeSpan.FromSeconds(2));

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
            () => new ReconcileWait(client, _lines.Add).RunAsync([new WaitTarget("packages", "a", 1)], s_long, interruption.Token));
    }

    public static IEnumerable<object?[]> Installs() =>
    [
        ["success", null, null], ["success-secretgen", null, null], ["secret-annotation", null, null],
        // What may heal is waited out, and told at the end.
        ["no-packages", ErrorCode.VersionGone, Cause.PackageUnknown],
        ["package-unknown", ErrorCode.VersionGone, Cause.NoVersion],
        ["version-not-there", ErrorCode.VersionGone, Cause.NoVersion],
        ["version-gone", ErrorCode.VersionGone, Cause.NoVersion],
        ["image-gone", ErrorCode.InstallFailed, Cause.ImageMissing],
        ["image-outside", ErrorCode.InstallFailed, Cause.DnsFailure],
        ["secret-missing", ErrorCode.InstallFailed, Cause.SecretMissing],
        ["service-account-missing", ErrorCode.InstallFailed, Cause.ServiceAccountMissing],
        ["service-account-without-rights", ErrorCode.InstallFailed, Cause.ServiceAccountRights],
        ["unauthorized", ErrorCode.InstallFailed, Cause.Unauthorized],
        ["unauthorized-secretgen-not-exported", ErrorCode.InstallFailed, Cause.Unauthorized],
        ["values-secret-missing", ErrorCode.InstallFailed, Cause.ValuesMissing],
        ["downgrade", ErrorCode.InstallFailed, Cause.Downgrade],
        ["paused", ErrorCode.Paused, null],
    ];

    [TestMethod]
    [DynamicData(nameof(Installs))]
    public async Task APackageInstall_EndsAsTheClusterMeansIt(string name, ErrorCode? code, object? cause)
    {
        JsonElement state = KubernetesFixtures.Read($"packageinstalls/{name}.json");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        WaitTarget target = Install(server, state, skip: name is "version-gone" or "downgrade" ? 4 : 0);

        WaitResult verdict = await RunAsync(server, target, s_long);

        Assert.AreEqual(code, verdict.Failure?.Code, verdict.Failure?.Message);
        if (cause is Cause known)
            Assert.AreEqual(known, CauseTable.Find(verdict.State!.Message!, out _)!.Cause);
        if (code is null)
            Assert.AreEqual("1.0.0", verdict.State!.InstalledVersion);
        Assert.StartsWith($"PackageInstall i-{name}/hello: ", _lines[0]);
    }

    [TestMethod]
    public void EveryRecordedInstall_IsWaitedFor() => Assert.AreSequenceEqual(
        Directory.GetFiles(Path.Combine(KubernetesFixtures.Root, "packageinstalls")).Select(Path.GetFileNameWithoutExtension)
            // It begins with a deletion: the doctor's matter.
            .Where(name => name != "delete-stuck").Order(StringComparer.Ordinal),
        Installs().Select(row => (string?)row[0]).Order(StringComparer.Ordinal));

    [TestMethod]
    public async Task APackageInstall_IsJudgedWhenItsRepositoriesAreDone()
    {
        JsonElement repository = KubernetesFixtures.Read("packagerepositories/success.json");
        JsonElement install = KubernetesFixtures.Read("packageinstalls/success.json");
        JsonElement[] failing = [
            .. KubernetesFixtures.Events(KubernetesFixtures.Read("packageinstalls/no-packages.json").GetProperty("watch"))];
        JsonElement[] events = [.. KubernetesFixtures.Events(install.GetProperty("watch"))];
        string path = KubernetesFixtures.PathOf(install.GetProperty("watch"));
        JsonElement watch = repository.GetProperty("watch");
        TaskCompletionSource isFailing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1"));
        // It has no Package at first, and succeeds once the repository does.
        server.OnWatch(path,
            KubernetesAnswer.Json(200, Lines(failing).Replace("i-no-packages", "i-success", StringComparison.Ordinal)) with
            {
                End = AnswerEnd.Clean
            }, KubernetesAnswer.Watch(events));
        server.On("GET", KubernetesFixtures.PathOf(watch), KubernetesAnswer.List("1"));
        server.OnWatch(KubernetesFixtures.PathOf(watch), KubernetesAnswer.Watch(KubernetesFixtures.Events(watch)));
        server.On("GET", KubernetesFixtures.PathOf(repository.GetProperty("packages")),
            KubernetesAnswer.Recorded(repository.GetProperty("packages")));
        server.Hook = request => request.IsWatch && request.Path.Contains("packagerepositories", StringComparison.Ordinal)
            ? isFailing.Task : Task.CompletedTask;
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        IReadOnlyList<WaitResult> verdicts = await new ReconcileWait(client, line =>
        {
            _lines.Add(line);
            if (line.Contains("reconcile failed", StringComparison.Ordinal))
                isFailing.TrySetResult();
        })
        {
            Evaluator = new ReconcileEvaluator(TimeProvider.System) { Heals = TimeSpan.FromSeconds(20) }
        }.RunAsync(
            [
                new WaitTarget("success", "simple-package-repository", 1),
                new WaitTarget("i-success", "hello", 1) { Kind = ResourceKind.PackageInstall },
            ], s_long, CancellationToken.None);

        Assert.IsTrue(verdicts.All(verdict => verdict.Failure is null), verdicts[1].Failure?.Message);
        Assert.Contains("PackageInstall i-success/hello: reconcile failed (no package at all is visible in the namespace)", _lines);
        Assert.IsNull(verdicts[1].Packages);
    }

    [TestMethod]
    public async Task OneThatWentWhileNobodyWatched_EndsTheWait()
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
    public async Task CredentialsThatDoNotCome_DoNotEndTheWatch()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories", KubernetesAnswer.List("1"));
        int asked = 0;
        using ClusterClient client = new(new ClusterTarget
        {
            Server = server.Address,
            Origin = "a test",
            Authorization = async token =>
            {
                // A log-in that ends by itself when the watch begins.
                if (++asked > 1)
                    throw new TaskCanceledException();
                await Task.CompletedTask;
                return null;
            },
        })
        ;

        WaitResult verdict = (await new ReconcileWait(client, _lines.Add).RunAsync(
            [new WaitTarget("packages", "a", 1)], TimeSpan.FromSeconds(1.5), CancellationToken.None)).Single();

        Assert.AreEqual(ErrorCode.WaitTimedOut, verdict.Failure!.Code);
        Assert.IsGreaterThan(2, asked, "it was asked again");
    }

    [TestMethod]
    public async Task ATextThatIsMadeToBeSearchedForLong_IsNot()
    {
        string evil = "GET " + string.Concat(Enumerable.Repeat("token", 200_000));
        JsonElement repository = JsonElement.Parse(
            $$$"""{"metadata":{"name":"a","namespace":"b","generation":1},"status":{"observedGeneration":1,"consecutiveReconcileFailures":3,"usefulErrorMessage":"{{{evil}}}","conditions":[{"type":"ReconcileFailed","status":"True"}]}}""");
        const string Path = "/apis/packaging.carvel.dev/v1alpha1/namespaces/b/packagerepositories";
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.List("1", repository));
        long started = Environment.TickCount64;

        WaitResult verdict = await RunAsync(server, new WaitTarget("b", "a", 1), TimeSpan.FromSeconds(1));

        Assert.AreEqual(ErrorCode.RepositoryFailed, verdict.Failure!.Code);
        Assert.IsLessThan(20_000, Environment.TickCount64 - started);
        Assert.IsLessThan(2000, verdict.Failure.Message.Length);
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

    private async Task<WaitResult> WaitForStateAsync(string name, TimeSpan limit)
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

    private async Task<WaitResult> WaitAsync(JsonElement watch, IEnumerable<JsonElement> events, TimeSpan limit, long generation = 1)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(events));
        return await RunAsync(server, Target(path, generation), limit);
    }

    private static string Lines(IEnumerable<JsonElement> events) =>
        string.Concat(events.Select(entry => entry.GetRawText().ReplaceLineEndings(" ") + "\n"));

    // An object that changed after its recording's first end is waited for in its last form alone.
    private static WaitTarget Install(FakeKubernetes server, JsonElement state, int skip)
    {
        JsonElement watch = state.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch).Skip(skip)));
        return new WaitTarget(path.Split('/')[5], "hello", 1) { Kind = ResourceKind.PackageInstall };
    }

    private static WaitTarget Target(string path, long generation) => new(path.Split('/')[5], "simple-package-repository", generation);

    private async Task<WaitResult> RunAsync(FakeKubernetes server, WaitTarget target, TimeSpan limit)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return (await new ReconcileWait(client, _lines.Add)
        {
            StallAfter = TimeSpan.FromMilliseconds(200),
            Evaluator = new ReconcileEvaluator(TimeProvider.System) { Heals = TimeSpan.FromMilliseconds(300) },
        }
            .RunAsync([target], limit, CancellationToken.None)).Single();
    }
}
