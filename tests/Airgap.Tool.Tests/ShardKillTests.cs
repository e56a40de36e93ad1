using System.Diagnostics;
using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Tool.Tests.EndToEnd;

namespace Airgap.Tool.Tests;

/// <summary>
/// Eight processes of the packed tool that carry out one plan at a docker-registry, killed at moments that a seed chooses and started
/// again. AIRGAP_SHARD_KILL_RUNS sets how many runs there are (1 unless told), AIRGAP_SHARD_KILL_SEED the first.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class ShardKillTests
{
    private const int Count = 8;
    private const string Bundle = "registry.local:5055/user1/nested-bundle:v1.0.0";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task KilledShardsLeaveWhatOneProcessLeaves()
    {
        await using DockerRegistry far = await DockerRegistry.StartAsync(logsRequests: true);
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", $"{far.Host}/alone")).EnsureSuccess();
        using RegistryContent content = RegistryContent.At(far.Host);
        string[] tags = [.. (await content.TagsAsync("alone")).Order()];
        int first = Number("AIRGAP_SHARD_KILL_SEED") ?? 1, runs = Number("AIRGAP_SHARD_KILL_RUNS") ?? 1;
        int killed = 0, sent = 0, twice = 0, again = 0;
        // A life is measured in lives of this machine as it is now, so that a busy one kills in all places, too.
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", $"{far.Host}/first", "--plan-out", "first.json", "--shards", $"{Count}"))
            .EnsureSuccess();
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(1, Count).Select(number => RunAsync(bench, "first.json", number, -1)));
        double whole = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        for (int seed = first; seed < first + runs; seed++)
        {
            Random random = new(seed);
            string place = $"{far.Host}/together{seed}", plan = $"plan{seed}.json";
            (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", place, "--plan-out", plan, "--shards", $"{Count}")).EnsureSuccess();
            await far.TakeRequestsAsync();
            // Each may be killed once, somewhere in its life, and two of them run twice at once.
            int[] lives = [.. Enumerable.Range(0, Count + 2).Select(
                _ => random.NextDouble() is var part && random.Next(2) == 0 ? (int)(part * whole) : -1)];
            bool[] died = await Task.WhenAll(lives.Select((life, i) => RunAsync(bench, plan, (i % Count) + 1, life)));
            killed += died.Count(dead => dead);
            string[] arrived = Arrived(await far.TakeRequestsAsync());
            foreach (int number in died.Index().Where(run => run.Item).Select(run => (run.Index % Count) + 1).Distinct())
                (await bench.RunAsync("copy", "--plan", plan, "--shard", $"{number}")).EnsureSuccess();
            string[] later = Arrived(await far.TakeRequestsAsync());
            (await bench.RunAsync("copy", "--plan", plan, "--finish")).EnsureSuccess();

            // A blob belongs to one shard, of which at most two run at once: only what both have in flight arrives twice.
            foreach (IGrouping<string, string> blob in arrived.GroupBy(blob => blob))
                Assert.IsLessThanOrEqualTo(2, blob.Count(), $"seed {seed}: {blob.Key}");
            string[] repeated = [.. arrived.GroupBy(blob => blob).Where(blob => blob.Count() > 1).Select(blob => blob.Key)];
            // What had arrived when a shard was started again is not sent again.
            Assert.IsEmpty(arrived.Intersect(later), $"seed {seed}");
            Assert.HasCount(later.Length, later.Distinct().ToArray(), $"seed {seed}");
            Assert.IsEmpty(Arrived(await far.TakeRequestsAsync()).Where(blob => arrived.Concat(later).Contains(blob)), $"seed {seed}");
            sent += arrived.Length + later.Length;
            twice += repeated.Length;
            again += later.Length;
            CollectionAssert.AreEqual(tags, (await content.TagsAsync($"together{seed}")).Order().ToArray(), $"seed {seed}");
            await content.AssertCompleteAsync($"together{seed}", "v1.0.0");
        }

        TestContext.WriteLine(
            $"{runs} runs from seed {first} on, {killed} processes were killed; {sent} blobs arrived, {again} of them by shards that were "
            +
            $"started again, {twice} twice, as two processes had them in flight");
    }

    // The blobs that a docker-registry took: it logs an upload's last request when the blob is there.
    private static string[] Arrived(IEnumerable<string> requests) =>
    [
        .. requests.Where(request => request.Contains("/blobs/uploads/", StringComparison.Ordinal)
            && request.EndsWith(" 201", StringComparison.Ordinal) && request.Contains("digest=", StringComparison.Ordinal))
            .Select(request => request.Split("digest=")[1].Split('&', ' ')[0]),
    ];

    // True when it was killed before its end.
    private static async Task<bool> RunAsync(Bench bench, string plan, int number, int milliseconds)
    {
        using Process process = bench.Start("copy", "--plan", plan, "--shard", $"{number}");
        Task output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (milliseconds >= 0)
        {
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(milliseconds));
            if (!process.HasExited)
                process.Kill();
        }

        await process.WaitForExitAsync();
        await output;
        return process.ExitCode != 0;
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int number) ? number : null;
}
