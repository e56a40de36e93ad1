using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>
/// One long layer over a line with a latency of 80 ms and at most 1 MiB in transit per connection: the download in parallel parts and one
/// stream, and the upload, where each chunk waits for a round trip.
/// </summary>
internal sealed class RangeRows(Bench bench, int divisor)
{
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan s_roundTrip = TimeSpan.FromMilliseconds(80);

    public async Task RunAsync(int runs)
    {
        foreach (long size in new[] { 64, 256, 1024 })
            await RunAsync(runs, size * MiB / divisor);
    }

    private async Task RunAsync(int runs, long bytes)
    {
        using TempFolder work = new();
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = work["storage"] });
        await using LatencyProxy far = Far(source);
        BundleShape shape = BundleShape.Single(bytes);
        string there = $"{far.Host}/{GeneratedBundle.Write(work["storage"], far.Host, shape).Repository}:v1";
        BundleShape other = shape with { Name = shape.Name + "-here" };
        string here = $"{source.Host}/{GeneratedBundle.Write(work["storage"], source.Host, other).Repository}:v1";
        string row = $"80 ms, 1 MiB a connection: {bytes / MiB} MiB";
        for (int run = 0; run < runs; run++)
        {
            await using RegistryFixture near = await RegistryFixture.StartEmptyAsync();
            await bench.RunAsync($"{row} down, in parts", ["copy", "-b", there, "--to-repo", $"{near.Host}/a/b"], [source, near]);
            await bench.RunAsync(
                $"{row} down, one stream", ["copy", "-b", there, "--to-repo", $"{near.Host}/a/c", "--concurrency", "1"], [source, near]);
            await using RegistryFixture kept = await RegistryFixture.StartEmptyAsync();
            await using LatencyProxy up = Far(kept);
            await bench.RunAsync($"{row} up", ["copy", "-b", here, "--to-repo", $"{up.Host}/a/b"], [source, kept]);
        }
    }

    private static LatencyProxy Far(RegistryFixture registry) =>
        LatencyProxy.Start(registry.Port, s_roundTrip, connectionBytesPerSecond: MiB / s_roundTrip.TotalSeconds);
}
