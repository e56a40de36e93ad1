using System.Diagnostics;
using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Sharding;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Benchmarks;

/// <summary>
/// Shards of 3,000 images as calculated by a model, and a small case that is run, next to the model's result for it.
/// </summary>
internal static class ShardRows
{
    private static readonly int[] s_counts = [1, 2, 4, 8, 16, 32, 64];

    private static readonly (string Name, ShardWorld World)[] s_worlds =
    [
        ("machines of 1 Gbit/s", new ShardWorld { Line = 125e6, Start = 20 }),
        ("the same, one registry of 10 Gbit/s", new ShardWorld { Line = 125e6, Registry = 1.25e9, Start = 20 }),
        ("machines of 100 Mbit/s, 80 ms away", new ShardWorld { Line = 12.5e6, RoundTrip = 0.08, Start = 20 }),
        ("machines of 1 Gbit/s, ECR's quotas",
            new ShardWorld { Line = 125e6, Reads = 1000, Uploads = 200, Manifests = 10, Start = 20 }),
    ];

    /// <summary>Prints both.</summary>
    public static async Task RunAsync()
    {
        TransferPlan plan = GeneratedPlan.Create(new Random(3000), images: 3000, longest: 32, percent: 69);
        Console.WriteLine(Text($"{plan.Items.Length} images, {plan.Blobs.Length} blobs, {plan.TotalBytes / 1e9:f0} GB, reckoned:"));
        Console.WriteLine($"| shards | {string.Join(" | ", s_worlds.Select(world => world.Name))} |");
        Console.WriteLine($"| --- |{string.Concat(s_worlds.Select(_ => " --- |"))}");
        foreach (int count in s_counts)
        {
            IEnumerable<string> cells = s_worlds.Select(world => ShardModel.Run(plan, count, world.World)).Select(times =>
                Text($"{times.Total / 60:f1} min, finish {times.Finish / 60:f1}, waiting {times.Idle:p0}"));
            Console.WriteLine($"| {count} | {string.Join(" | ", cells)} |");
        }

        Console.WriteLine();
        Console.WriteLine("20 ms a request, 4 at once a shard:");
        Console.WriteLine("| shards | measured | reckoned |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (int count in s_counts[..4])
            Console.WriteLine(await MeasureAsync(count));
    }

    // In one process, with a registry in memory that delays each request: the bytes take no time.
    private static async Task<string> MeasureAsync(int count)
    {
        const int places = 4;
        TimeSpan roundTrip = TimeSpan.FromMilliseconds(20);
        FakeRegistry registry = new();
        await GeneratedRepository.CreateAsync(registry, packages: 9, versions: 4);
        TransferPlan plan = await new Relocator(registry).PlanAsync(
            new RelocationSource.Bundle(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1")), new PlanOptions(),
            CancellationToken.None);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Repository(RepositoryName.Parse("far.local/all")), new RunPlanChoices(), new HashSet<Digest>(),
            CancellationToken.None);
        RunPlan run = new RunPlanReader(registry, "plan.json").Read(entry);
        ShardAssignment assignment = ShardAssignment.Of([run.Plan], count);
        registry.Hook = (operation, repository, _) => repository.Registry != "far.local" ? Task.CompletedTask
            : Task.Delay(operation == "push-blob" ? 2 * roundTrip : roundTrip);
        TransferOptions options = new() { Concurrency = places };
        ShardRunner runner = new(registry, SilentObserver.Instance);
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(1, count).Select(number => Task.Run(
            () => runner.RunAsync(run, new Shard(number, count), blob => assignment.ShardOf(blob) == number, options,
                CancellationToken.None))));
        TimeSpan sent = Stopwatch.GetElapsedTime(started);
        await runner.FinishAsync(run, count, null, options, CancellationToken.None);
        TimeSpan all = Stopwatch.GetElapsedTime(started);
        ShardTimes reckoned = ShardModel.Run(
            run.Plan, count, new ShardWorld { Concurrency = places, RoundTrip = roundTrip.TotalSeconds, Line = double.MaxValue });
        string measured = Text($"{sent.TotalSeconds:f2} s, finish {(all - sent).TotalSeconds:f2} s");
        return Text($"| {count} | {measured} | {reckoned.Shards:f2} s, finish {reckoned.Finish:f2} s |");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
