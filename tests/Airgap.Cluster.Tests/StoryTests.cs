using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Every recorded story of several steps is replayed: each of its events, a wait during them, and the doctor's findings at the
/// end.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class StoryTests
{
    private const string Name = "simple-package-repository";

    // The form to wait for, the result of the wait, and the cause that it or the doctor names; null for a success.
    public static IEnumerable<object?[]> Stories() =>
    [
        ["ca-configured", 1, ErrorCode.RepositoryFailed, Cause.CertificateUnknownAuthority],
        ["delete", 1, null, null],
        ["delete-failed", 1, null, null],
        ["delete-foreign-finalizer", 1, null, null],
        ["image-pushed-later", 1, ErrorCode.RepositoryFailed, Cause.ImageMissing],
        ["malformed-syncperiod-elsewhere", 1, null, null],
        ["paused-later", 3, ErrorCode.Paused, null],
        ["proxy-configured-wrong", 1, ErrorCode.RepositoryFailed, Cause.ProxyUnreachable],
        ["registry-goes-away-digest", 1, null, null],
        ["registry-goes-away-tag", 1, null, null],
        ["registry-hangs", 1, ErrorCode.RepositoryFailed, Cause.TlsTimeout],
        // The second consecutive failure ends a wait; the Secret was created after it.
        ["secret-comes-later", 1, ErrorCode.RepositoryFailed, Cause.SecretMissing],
        ["secret-corrected", 1, null, null],
        ["secretgen-controller-stopped", 1, null, null],
        ["secretgen-export-first", 1, null, null],
        ["secretgen-export-later", 1, null, null],
        ["secretgen-export-without-secret", 1, ErrorCode.RepositoryFailed, Cause.Unauthorized],
        ["secretgen-other-namespace", 1, ErrorCode.RepositoryFailed, Cause.Unauthorized],
        ["secretgen-placeholder-value", 1, null, null],
        ["secretgen-wrong-host", 1, ErrorCode.RepositoryFailed, Cause.Unauthorized],
        ["tls-verify-skipped", 1, ErrorCode.RepositoryFailed, Cause.CertificateWrongName],
        ["update-failure-to-success", 2, null, null],
        ["update-same-digest-mirror-to-mirror", 2, ErrorCode.CachedMirror, null],
        ["update-same-digest-missing-repository", 2, ErrorCode.CachedMirror, null],
        ["update-same-digest-outside-to-mirror", 2, null, null],
        ["update-success-to-failure", 2, ErrorCode.RepositoryFailed, Cause.ImageMissing],
        ["update-success-to-success", 2, null, null],
    ];

    [TestMethod]
    public void EveryRecordedWatch_IsTested()
    {
        string[] recorded = [.. Directory.GetFiles(Path.Combine(KubernetesFixtures.Root, "stories"), "*.json")
            .Select(Path.GetFileNameWithoutExtension).OfType<string>()];

        Assert.HasCount(29, recorded);
        // Two stories contain no watch of one object: they have their own tests below.
        Assert.AreSequenceEqual(
            recorded.Order(StringComparer.Ordinal),
            Stories().Select(row => (string)row[0]!).Concat(["kapp-controller-stopped", "queue-of-six-failing"])
            .Order(StringComparer.Ordinal));
    }

    [TestMethod]
    [DynamicData(nameof(Stories))]
    public void EachEvent_IsReported(string name, int generation, ErrorCode? code, object? cause)
    {
        JsonElement story = KubernetesFixtures.Read($"stories/{name}.json");
        JsonElement[] timeline = [.. story.Items("timeline")];
        JsonElement[] events = [.. KubernetesFixtures.Events(story.GetProperty("watch")).Where(entry => entry.Text("type") != "BOOKMARK")];

        Assert.HasCount(timeline.Length, events);
        foreach ((JsonElement line, JsonElement entry) in timeline.Zip(events))
        {
            JsonElement found = entry.GetProperty("object");
            string?[] conditions = [.. line.Items("conditions").Select(condition => condition.GetString())];
            ReconcilePhase expected =
                found.Find("metadata", "deletionTimestamp") is not null ? ReconcilePhase.Deleting
                : found.Flag("spec", "paused") ? ReconcilePhase.Paused
                : line.Find("observedGeneration") is null && found.Find("status") is null ? ReconcilePhase.NotObserved
                : line.Number("observedGeneration") < line.Number("generation") ? ReconcilePhase.Outdated
                : conditions is ["ReconcileSucceeded"] ? ReconcilePhase.Succeeded
                : conditions is ["ReconcileFailed"] ? ReconcilePhase.Failed
                : ReconcilePhase.Reconciling;
            Assert.AreEqual(expected, ReconcileState.Of(found).Phase, line.GetRawText());
        }

        Assert.IsGreaterThan(0, generation);
        Assert.IsTrue(code is not null || cause is null);
    }

    [TestMethod]
    [DynamicData(nameof(Stories))]
    public async Task AWaitOverIt_EndsAsItShould(string name, int generation, ErrorCode? code, object? cause)
    {
        JsonElement story = KubernetesFixtures.Read($"stories/{name}.json");
        JsonElement watch = story.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        string ns = path.Split('/')[5];
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch), AnswerEnd.Clean));
        // The Packages at the end, if they were recorded.
        JsonElement? packages = story.Items("steps").Where(step => step.Text("what")!.StartsWith("packages", StringComparison.Ordinal))
            .Select(step => (JsonElement?)step.GetProperty("exchange")).LastOrDefault();
        server.On("GET", $"/{ResourceKind.Package.ListPath(ns)}",
            packages is { } recorded ? KubernetesAnswer.Recorded(recorded) : KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        List<string> lines = [];
        // A wait continues to its limit for a failure that may heal: the limit comes after all events of the first watch, in the second.
        LimitClock clock = new();
        int watches = 0;
        server.Hook = request =>
        {
            if (request.IsWatch && ++watches == 2)
                clock.End();
            return Task.CompletedTask;
        };

        WaitResult verdict = (await new ReconcileWait(client, lines.Add) { Clock = clock }.RunAsync(
            [new WaitTarget(ns, Name, generation)], LimitClock.Limit, CancellationToken.None)).Single();

        Assert.AreEqual(code, verdict.Failure?.Code, verdict.Failure?.Message);
        if (cause is Cause known)
            Assert.AreEqual(known, CauseTable.Find(verdict.State!.Message!, out _)!.Cause);
        if (code is null)
            Assert.AreEqual(ReconcilePhase.Succeeded, verdict.State!.Phase);
        Assert.IsNotEmpty(lines);
    }

    [TestMethod]
    [DynamicData(nameof(Stories))]
    public async Task TheStateAtItsEnd_IsFound(string name, int generation, ErrorCode? code, object? cause)
    {
        JsonElement story = KubernetesFixtures.Read($"stories/{name}.json");
        if (story.Find("get") is not { } get || get.GetProperty("response").GetProperty("status").GetInt32() != 200)
            return;
        JsonElement repository = KubernetesFixtures.Body(get);
        await using FakeKubernetes server = await StartAsync(repository);
        if (story.Find("placeholder") is { } placeholder)
            server.On("GET", KubernetesFixtures.PathOf(placeholder), KubernetesAnswer.Recorded(placeholder));

        DoctorReport report = await ExamineAsync(server);

        ReconcilePhase end = ReconcileState.Of(repository).Phase;
        if (end == ReconcilePhase.Failed)
            Assert.AreEqual((Cause?)cause, report.Findings.Single(finding => !finding.IsWarning).Cause);
        else if (code == ErrorCode.CachedMirror)
            Assert.AreEqual(ErrorCode.CachedMirror, report.Findings.Single(finding => !finding.IsWarning).Diagnostic.Code);
        else
            Assert.IsEmpty(report.Findings.Where(finding => !finding.IsWarning));
        // Four stories have the same message but different causes.
        string evidence = string.Join('\n', report.Findings.SelectMany(finding => finding.Evidence));
        if (name is "secretgen-other-namespace" or "secretgen-export-without-secret")
            Assert.Contains("nothing is exported to this namespace", evidence);
        if (name == "secretgen-wrong-host")
            Assert.Contains("not for 127.0.0.1:15001", evidence);
        Assert.IsGreaterThan(0, generation);
    }

    [TestMethod]
    public async Task WithoutKappController_NothingCountsAsDone()
    {
        JsonElement[] steps = [.. KubernetesFixtures.Read("stories/kapp-controller-stopped.json").Items("steps")];
        JsonElement[] found = [.. steps.Where(step => step.Text("what")!.StartsWith("GET of it", StringComparison.Ordinal))
            .Select(step => KubernetesFixtures.Body(step.GetProperty("exchange")))];
        Assert.AreSequenceEqual(
            new[] { ReconcilePhase.NotObserved, ReconcilePhase.Outdated, ReconcilePhase.Deleting },
            [.. found.Select(each => ReconcileState.Of(each).Phase)]);
        await using FakeKubernetes server = await StartAsync(found);

        DoctorReport report = await ExamineAsync(server);

        Assert.AreSequenceEqual(
            new[] { ErrorCode.NotObserved, ErrorCode.NotObserved, ErrorCode.ObjectDeleting },
            [.. report.Findings.Select(finding => finding.Diagnostic.Code)]);
        Assert.Contains("get pods", report.Findings[0].Diagnostic.Advice);
    }

    [TestMethod]
    public async Task AQueuedObject_IsReported()
    {
        // One at a time: each gets its first status when the one before it has reconciled.
        JsonElement[] queue = [.. KubernetesFixtures.Read("stories/queue-of-six-failing.json").Items("repositories")];
        for (int i = 1; i < queue.Length; i++)
            Assert.IsGreaterThan(queue[i - 1].Number("terminalMs"), queue[i].Number("firstStatusMs"));
        JsonElement failing = KubernetesFixtures.Body(KubernetesFixtures.Read("packagerepositories/image-missing.json").GetProperty("get"));
        JsonElement[] waiting = [.. queue.Skip(1).Select(each => JsonElement.Parse(
            $$$"""{"metadata":{"name":"{{{each.Text("repository")}}}","namespace":"queue","generation":1},"spec":{}}"""))];
        await using FakeKubernetes server = await StartAsync([failing, .. waiting]);

        DoctorReport report = await ExamineAsync(server);

        Finding[] behind = [.. report.Findings.Where(finding => finding.Diagnostic.Code == ErrorCode.NotObserved)];
        Assert.HasCount(5, behind);
        Assert.IsTrue(behind.All(
            finding => finding.Diagnostic.Message.Contains("one PackageRepository at a time", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task TheOneBehindASilentRegistry_SucceedsLater()
    {
        JsonElement watch = KubernetesFixtures.Read("stories/registry-hangs.json").GetProperty("watchOfTheOther");
        string path = KubernetesFixtures.PathOf(watch);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch)));
        server.On("GET", $"/{ResourceKind.Package.ListPath(path.Split('/')[5])}", KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        WaitResult verdict = (await new ReconcileWait(client, _ => { }).RunAsync(
            [new WaitTarget(path.Split('/')[5], Name, 1)], TimeSpan.FromMinutes(1), CancellationToken.None)).Single();

        Assert.IsNull(verdict.Failure);
    }

    [TestMethod]
    public async Task ADeletedObject_EndsTheWait_AndItsFinalizerIsShown()
    {
        JsonElement story = KubernetesFixtures.Read("stories/delete-foreign-finalizer.json");
        JsonElement held = KubernetesFixtures.Body(story.Items("steps").First(step => step.Text("what") == "GET").GetProperty("exchange"));
        JsonElement failed = KubernetesFixtures.Body(KubernetesFixtures.Read("stories/delete-failed.json").Items("steps")
            .First(step => step.Text("what") == "GET").GetProperty("exchange"));
        await using FakeKubernetes server = await StartAsync(held, failed);

        DoctorReport report = await ExamineAsync(server);

        Assert.IsTrue(report.Findings.All(finding => finding.Diagnostic.Code == ErrorCode.ObjectDeleting));
        Assert.Contains("metadata.finalizers: ", string.Join('\n', report.Findings[0].Evidence));
        Assert.HasCount(2, report.Findings);
    }

    private static async Task<FakeKubernetes> StartAsync(params JsonElement[] repositories)
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        foreach (ResourceKind kind in (ResourceKind[])[ResourceKind.PackageInstall, ResourceKind.Package, ResourceKind.Secret])
            server.On("GET", $"/{kind.ListPath(null)}", KubernetesAnswer.List("1"));
        return server.On("GET", $"/{ResourceKind.PackageRepository.ListPath(null)}", KubernetesAnswer.List("1", repositories));
    }

    private static async Task<DoctorReport> ExamineAsync(FakeKubernetes server)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Doctor(client, new DoctorOptions()).ExamineAsync(CancellationToken.None);
    }
}
