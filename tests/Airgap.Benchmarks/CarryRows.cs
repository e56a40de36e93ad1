using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>What crosses the gap: an archive in one file and in parts, and a delta of nothing new.</summary>
internal sealed class CarryRows(Bench bench, int divisor)
{
    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, source.Host, BundleShape.Big(divisor));
        string[] copy = ["copy", "-b", $"{source.Host}/{bundle.Repository}:v1", "--to-tar"];
        for (int run = 0; run < runs; run++)
        {
            string whole = work[$"whole-{run}.tar"];
            string parts = work[$"parts-{run}.tar"];
            string delta = work[$"delta-{run}.tar"];
            await bench.RunAsync("registry -> one file", [.. copy, whole], [source], Floor.ReadHashAndWrite);
            await bench.RunAsync("registry -> parts of 100 MB", [.. copy, parts, "--volume-size", "100MB"], [source],
                Floor.ReadHashAndWrite);
            await bench.RunAsync("a delta of nothing new to that file", [.. copy, delta, "--base", whole], [source]);
            foreach (string file in Directory.GetFiles(work.Path, "*.tar*"))
                File.Delete(file);
        }
    }
}
