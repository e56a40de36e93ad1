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
        await using DockerRegistry far = await DockerRegistry.StartAsync();
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", $"{far.Host}/alone")).EnsureSuccess();
        using RegistryContent content = RegistryContent.At(far.Host);
        string[] tags = [.. (await content.TagsAsync("alone")).Order()];
        int first = Number("AIRGAP_SHARD_KILL_SEED") ?? 1, runs = Number("AIRGAP_SHARD_KILL_RUNS") ?? 1, killed = 0;
        for (int seed = first; seed < first + runs; seed++)
        {
            Random random = new(seed);
            string place = $"{far.Host}/together{seed}", plan = $"plan{seed}.json";
            (await bench.RunAsync("copy", "-b", Bundle, "--to-repo", place, "--plan-out", plan, "--shards", $"{Count}")).EnsureSuccess();
            // Each may be killed once, somewhere in its life, and two of them run twice at once.
            int[] lives = [.. Enumerable.Range(0, Count + 2).Select(_ => random.Next(2) == 0 ? random.Next(20, 400) : -1)];
            bool[] died = await Task.WhenAll(lives.Select((life, i) => RunAsync(bench, plan, (i % Count) + 1, life)));
            killed += died.Count(dead => dead);
            foreach (int number in died.Index().Where(run => run.Item).Select(run => (run.Index % Count) + 1).Distinct())
                (await bench.RunAsync("copy", "--plan", plan, "--shard", $"{number}")).EnsureSuccess();
            (await bench.RunAsync("copy", "--plan", plan, "--finish")).EnsureSuccess();
            CollectionAssert.AreEqual(tags, (await content.TagsAsync($"together{seed}")).Order().ToArray(), $"seed {seed}");
            await content.AssertCompleteAsync($"together{seed}", "v1.0.0");
        }

        TestContext.WriteLine($"{runs} runs from seed {first} on, {killed} processes were killed");
    }

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
