using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>What crosses the gap: an archive in one file and in parts, and a delta of nothing new.</summary>
internal sealed class CarryRows(Bench bench, int divisor)
{
    private const double GigabitLine = 125e6;

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, source.Host, BundleShape.Big(divisor));
        await using LatencyProxy line = LatencyProxy.Start(source.Port, TimeSpan.Zero, GigabitLine);
        string[] copy = ["copy", "-b", $"{source.Host}/{bundle.Repository}:v1", "--to-tar"];
        string[] slow = ["copy", "-b", $"{line.Host}/{bundle.Repository}:v1", "--to-tar"];
        for (int run = 0; run < runs; run++)
        {
            string whole = work[$"whole-{run}.tar"];
            string parts = work[$"parts-{run}.tar"];
            string delta = work[$"delta-{run}.tar"];
            await bench.RunAsync("registry -> one file", [.. copy, whole], [source], Floor.ReadHashAndWrite);
            await bench.RunAsync("registry -> parts of 100 MB", [.. copy, parts, "--volume-size", "100MB"], [source],
                Floor.ReadHashAndWrite);
            await bench.RunAsync("a delta of nothing new to that file", [.. copy, delta, "--base", whole], [source]);
            await bench.RunAsync("1 Gbit/s: registry -> one file", [.. slow, work[$"slow-{run}.tar"]], [source]);
            await bench.RunAsync("1 Gbit/s: registry -> parts of 100 MB",
                [.. slow, work[$"slow-parts-{run}.tar"], "--volume-size", "100MB"],
                [source]);
            foreach (string file in Directory.GetFiles(work.Path, "*.tar*"))
                File.Delete(file);
        }
    }
}
