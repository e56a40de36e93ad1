using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>Archives in one file and in parts, and a delta without new content.</summary>
internal sealed class CarryRows(Bench bench, int divisor)
{
    private const double GigabitLine = 125e6;

    public async Task RunAsync(int runs)
    {
        await RunAsync(runs, "", double.PositiveInfinity);
        await RunAsync(runs, "1 Gbit/s: ", GigabitLine);
    }

    // The bundle names its images by the address of the line, so that all bytes pass over it.
    private async Task RunAsync(int runs, string where, double bytesPerSecond)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        await using LatencyProxy line = LatencyProxy.Start(source.Port, TimeSpan.Zero, bytesPerSecond);
        string host = double.IsFinite(bytesPerSecond) ? line.Host : source.Host;
        GeneratedBundle bundle = GeneratedBundle.Write(storage, host, BundleShape.Big(divisor));
        string[] copy = ["copy", "-b", $"{host}/{bundle.Repository}:v1", "--to-tar"];
        Func<long>? received = double.IsFinite(bytesPerSecond) ? () => line.Received : null;
        for (int run = 0; run < runs; run++)
        {
            string whole = work[$"whole-{run}.tar"];
            string parts = work[$"parts-{run}.tar"];
            string delta = work[$"delta-{run}.tar"];
            await bench.RunAsync($"{where}registry -> one file", [.. copy, whole], [source], Floor.ReadHashAndWrite, received);
            await bench.RunAsync($"{where}registry -> parts of 100 MB", [.. copy, parts, "--volume-size", "100MB"], [source],
                Floor.ReadHashAndWrite, received);
            await bench.RunAsync($"{where}a delta of nothing new to that file", [.. copy, delta, "--base", whole], [source]);
            foreach (string file in Directory.GetFiles(work.Path, "*.tar*"))
                File.Delete(file);
        }
    }
}
