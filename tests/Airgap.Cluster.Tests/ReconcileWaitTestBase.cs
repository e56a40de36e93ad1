using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Waits for recorded states.</summary>
public abstract class ReconcileWaitTestBase
{
    private protected static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private protected readonly List<string> _lines = [];

    private protected async Task<WaitResult> WaitForStateAsync(string name, TimeSpan limit, string? endsAt = null)
    {
        JsonElement state = KubernetesFixtures.Read($"packagerepositories/{name}.json");
        JsonElement watch = state.GetProperty("watch");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch)));
        if (state.TryGetProperty("packages", out JsonElement packages))
            server.On("GET", KubernetesFixtures.PathOf(packages), KubernetesAnswer.Recorded(packages));
        return await RunAsync(server, Target(path, 1), limit, endsAt);
    }

    private protected async Task<WaitResult> WaitAsync(
        JsonElement watch, IEnumerable<JsonElement> events, TimeSpan limit, long generation = 1)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(events));
        return await RunAsync(server, Target(path, generation), limit);
    }

    private protected static string Lines(IEnumerable<JsonElement> events) =>
        string.Concat(events.Select(entry => entry.GetRawText().ReplaceLineEndings(" ") + "\n"));

    // For an object that changed after the first end in its recording, only its last form is used.
    private protected static WaitTarget Install(FakeKubernetes server, JsonElement state, int skip)
    {
        JsonElement watch = state.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch).Skip(skip)));
        return new WaitTarget(path.Split('/')[5], "hello", 1) { Kind = ResourceKind.PackageInstall };
    }

    private protected static WaitTarget Target(string path, long generation) =>
        new(path.Split('/')[5], "simple-package-repository", generation);

    // A LimitClock reaches its limit at the first line that contains these words.
    private protected async Task<WaitResult> RunAsync(
        FakeKubernetes server, WaitTarget target, TimeSpan limit, string? endsAt = null, TimeSpan? stallAfter = null,
        TimeSpan? heals = null)
    {
        LimitClock clock = new();
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return (await new ReconcileWait(client, line =>
        {
            _lines.Add(line);
            if (endsAt is not null && line.Contains(endsAt, StringComparison.Ordinal))
                clock.End();
        })
        {
            Clock = clock,
            StallAfter = stallAfter ?? TimeSpan.MaxValue,
            Evaluator = new ReconcileEvaluator(TimeProvider.System) { Heals = heals ?? TimeSpan.FromMilliseconds(300) },
        }
            .RunAsync([target], limit, CancellationToken.None)).Single();
    }
}
