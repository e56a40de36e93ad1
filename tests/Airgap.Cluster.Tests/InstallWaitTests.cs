using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Waits for PackageInstalls after their PackageRepositories.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class InstallWaitTests : ReconcileWaitTestBase
{
    public static IEnumerable<object?[]> Installs() =>
    [
        ["success", null, null], ["success-secretgen", null, null], ["secret-annotation", null, null],
        // A wait continues to its limit for failures that may heal, and reports them at the end.
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
    public async Task APackageInstall_EndsWithItsRecordedResult(string name, ErrorCode? code, object? cause)
    {
        JsonElement state = KubernetesFixtures.Read($"packageinstalls/{name}.json");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        WaitTarget target = Install(server, state, skip: name is "version-gone" or "downgrade" ? 4 : 0);

        WaitResult verdict = await RunAsync(server, target, s_long, heals: code is null ? s_long : null);

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
            // Left out: it begins with a deletion, which only the doctor examines.
            .Where(name => name != "delete-stuck").Order(StringComparer.Ordinal),
        Installs().Select(row => (string?)row[0]).Order(StringComparer.Ordinal));

    [TestMethod]
    public async Task APackageInstall_IsEvaluated_AfterItsRepositories()
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
        // It has no Package at first, and reconciles once the repository does.
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
}
