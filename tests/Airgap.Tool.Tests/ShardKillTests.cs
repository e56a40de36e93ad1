using System.Diagnostics;
using System.Globalization;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Tool.Tests.EndToEnd;
using Airgap.Transfer.Sharding;

namespace Airgap.Tool.Tests;

/// <summary>
/// Eight processes of the packed tool that carry out one plan at a docker-registry, killed at moments that a seed chooses and started
/// again; the finish is also killed. AIRGAP_SHARD_KILL_RUNS sets the number of runs (default 1), AIRGAP_SHARD_KILL_SEED the first seed.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class ShardKillTests
{
    private const int Count = 8;

    // The number of shards that run twice at the same time.
    private const int Doubled = 2;
    private const string Tag = "_manifests/tags/v1.0.0/";
    private const string Bundle = "registry.local:5055/user1/nested-bundle:v1.0.0";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task KilledShardsLeaveWhatOneProcessLeaves()
    {
        await using DockerRegistry far = await DockerRegistry.StartAsync(logsRequests: true);
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", $"{far.Host}/alone")).EnsureSuccess();
        string[] alone = Stored(far, "alone");
        int first = Number("AIRGAP_SHARD_KILL_SEED") ?? 1, runs = Number("AIRGAP_SHARD_KILL_RUNS") ?? 1;
        Tally tally = new();
        // The time of a run is measured on this machine first, so that kills reach every step on a busy machine too.
        await PlanAsync(bench, $"{far.Host}/first", "first.json");
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(1, Count).Select(number => ShardAsync(bench, "first.json", number, -1)));
        double shardLife = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        Assert.IsFalse(await FinishAsync(bench, "first.json", -1));
        double finishLife = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        for (int seed = first; seed < first + runs; seed++)
        {
            Random random = new(seed);
            string name = $"together{seed}", plan = $"plan{seed}.json";
            await PlanAsync(bench, $"{far.Host}/{name}", plan);
            await far.TakeRequestsAsync();
            int[] lives = [.. Enumerable.Range(0, Count + Doubled).Select(_ => LifeOf(random, shardLife))];
            bool[] died = await Task.WhenAll(lives.Select((life, i) => ShardAsync(bench, plan, (i % Count) + 1, life)));
            List<string> arrived = [.. Arrived(await far.TakeRequestsAsync())];
            tally.Twice += CheckOnce(seed, arrived, bench.Folder[plan]);

            // Killed processes are started again, and may be killed again. Content that arrived before is not sent again.
            int[] again = [.. died.Index().Where(run => run.Item).Select(run => (run.Index % Count) + 1).Distinct()];
            tally.Killed += died.Count(dead => dead);
            while (again.Length > 0)
            {
                lives = [.. again.Select(_ => LifeOf(random, shardLife))];
                died = await Task.WhenAll(again.Select((number, i) => ShardAsync(bench, plan, number, lives[i])));
                string[] later = Arrived(await far.TakeRequestsAsync());
                Assert.IsEmpty(arrived.Intersect(later), $"seed {seed}: sent again");
                Assert.HasCount(later.Length, later.Distinct().ToArray(), $"seed {seed}: twice");
                arrived.AddRange(later);
                tally.Again += later.Length;
                tally.Killed += died.Count(dead => dead);
                again = [.. again.Where((_, i) => died[i])];
            }

            long begun = Stopwatch.GetTimestamp();
            bool isDead = await FinishAsync(bench, plan, LifeOf(random, finishLife));
            if (!isDead)
                finishLife = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            // The registry may still be writing the tag itself, which comes last.
            if (Directory.Exists(Path.Combine(FolderOf(far, name), Tag)))
                CollectionAssert.AreEqual(WithoutTag(alone), WithoutTag(Stored(far, name)), $"seed {seed}: a tag, and not all of it");
            if (isDead)
                Assert.IsFalse(await FinishAsync(bench, plan, -1), $"seed {seed}: the finish");
            tally.Finishes += isDead ? 1 : 0;
            Assert.IsEmpty(Arrived(await far.TakeRequestsAsync()).Intersect(arrived), $"seed {seed}: sent by the finish");
            tally.Sent += arrived.Count;
            CollectionAssert.AreEqual(alone, Stored(far, name), $"seed {seed}");
            File.Delete(bench.Folder[plan]);
        }

        TestContext.WriteLine(
            $"{runs} runs from seed {first} on in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s; {tally.Killed} shards and " +
            $"{tally.Finishes} finishes were killed; {tally.Sent} blobs arrived, {tally.Again} of them by shards that were started " +
            $"again, {tally.Twice} twice, as two processes had them in flight");
    }

    // One run of a shard sends a blob once. Of two concurrent runs, both may send the blobs in flight; returns the number of those.
    private static int CheckOnce(int seed, List<string> arrived, string plan)
    {
        RunPlanDocument read = RunPlanFile.Read(plan);
        RunPlanReader reader = new(new FakeRegistry(), plan);
        ShardAssignment assignment = ShardAssignment.Of([.. read.Relocations.Select(entry => reader.Read(entry).Plan)], Count);
        int twice = 0;
        foreach (IGrouping<string, string> blob in arrived.GroupBy(blob => blob))
        {
            int shard = assignment.ShardOf(Digest.Parse(blob.Key));
            Assert.IsLessThanOrEqualTo(shard <= Doubled ? 2 : 1, blob.Count(), $"seed {seed}: {blob.Key} of shard {shard}");
            twice += blob.Count() - 1;
        }

        return twice;
    }

    // Half of them run to their end.
    private static int LifeOf(Random random, double whole) =>
        random.NextDouble() is var part && random.Next(2) == 0 ? (int)(part * whole) : -1;

    // All content of a repository, read from the registry's files: blobs, manifests, and tags with their digests.
    private static string[] Stored(DockerRegistry registry, string name)
    {
        string folder = FolderOf(registry, name);
        return
        [
            .. Directory.EnumerateFiles(folder, "link", SearchOption.AllDirectories)
                .Select(file => $"{Path.GetRelativePath(folder, file)} {File.ReadAllText(file)}").Order(StringComparer.Ordinal),
        ];
    }

    private static string[] WithoutTag(string[] stored) => [.. stored.Where(file => !file.StartsWith(Tag, StringComparison.Ordinal))];

    private static string FolderOf(DockerRegistry registry, string name) =>
        Path.Combine(registry.Folder, "docker", "registry", "v2", "repositories", name);

    // The blobs that docker-registry received: it logs the last request of an upload after the blob is stored.
    private static string[] Arrived(IEnumerable<string> requests) =>
    [
        .. requests.Where(request => request.Contains("/blobs/uploads/", StringComparison.Ordinal)
            && request.EndsWith(" 201", StringComparison.Ordinal) && request.Contains("digest=", StringComparison.Ordinal))
            .Select(request => Uri.UnescapeDataString(request.Split("digest=")[1].Split('&', ' ')[0])),
    ];

    private static async Task PlanAsync(Bench bench, string place, string plan) =>
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", place, "--plan-out", plan, "--shards", $"{Count}")).EnsureSuccess();

    private static Task<bool> ShardAsync(Bench bench, string plan, int number, int life) =>
        RunAsync(bench, life, "copy", "--plan", plan, "--shard", $"{number}");

    private static Task<bool> FinishAsync(Bench bench, string plan, int life) => RunAsync(bench, life, "copy", "--plan", plan, "--finish");

    // True when it was killed before its end.
    private static async Task<bool> RunAsync(Bench bench, int milliseconds, params string[] arguments)
    {
        using Process process = bench.Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        bool isKilled = false;
        if (milliseconds >= 0)
        {
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(milliseconds));
            if (!process.HasExited)
            {
                process.Kill();
                isKilled = true;
            }
        }

        await process.WaitForExitAsync();
        await output;
        Assert.IsTrue(isKilled || process.ExitCode == 0, await error);
        return process.ExitCode != 0;
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int number) ? number : null;

    private sealed class Tally
    {
        public int Killed { get; set; }

        public int Finishes { get; set; }

        public int Sent { get; set; }

        public int Again { get; set; }

        public int Twice { get; set; }
    }
}
