using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>With distant registries, a copy takes the time of its sequential round trips.</summary>
internal sealed class LatencyRows(Bench bench, int divisor)
{
    private static readonly bool s_hasImgpkg = Cli.Find("imgpkg") is not null;

    public async Task RunAsync(int runs)
    {
        foreach (int milliseconds in new[] { 20, 80 })
        {
            await RunAsync(runs, milliseconds, "small", BundleShape.Small);
            await RunAsync(runs, milliseconds, "big", BundleShape.Big(divisor));
        }
    }

    private async Task RunAsync(int runs, int milliseconds, string name, BundleShape shape)
    {
        TimeSpan roundTrip = TimeSpan.FromMilliseconds(milliseconds);
        using TempFolder work = new();
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = work["storage"] });
        await using LatencyProxy near = LatencyProxy.Start(source.Port, roundTrip);
        GeneratedBundle bundle = GeneratedBundle.Write(work["storage"], near.Host, shape);
        string reference = $"{near.Host}/{bundle.Repository}:v1";
        await using RegistryFixture kept = await RegistryFixture.StartEmptyAsync();
        await using LatencyProxy far = LatencyProxy.Start(kept.Port, roundTrip);
        for (int run = 0; run < runs; run++)
        {
            bool isSmall = ReferenceEquals(shape, BundleShape.Small);
            string to = isSmall ? $"{far.Host}/a/b{run}" : $"{far.Host}/a/b";
            if (isSmall || run == 0)
                await RunAsync($"{milliseconds} ms: {name} bundle, cold", ["copy", "-b", reference, "--to-repo", to], source, kept, to);
            await RunAsync($"{milliseconds} ms: {name} bundle, all present", ["copy", "-b", reference, "--to-repo", to], source, kept, to);
            await bench.RunAsync($"{milliseconds} ms: {name} bundle, mount",
                ["copy", "-b", reference, "--to-repo", $"{near.Host}/mount/r{run}"], [source]);
        }
    }

    private async Task RunAsync(string row, string[] arguments, RegistryFixture source, RegistryFixture destination, string to)
    {
        await bench.RunAsync(row, arguments, [source, destination]);
        if (s_hasImgpkg)
            await bench.RunPeerAsync("imgpkg", row, [.. arguments[..^1], to + "-peer"], [source, destination]);
    }
}
