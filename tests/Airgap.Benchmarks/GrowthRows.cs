using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>
/// Ten times the images must take at most ten times as long, and no more memory than their manifests need; a long layer no more than a
/// short one.
/// </summary>
internal sealed class GrowthRows(Bench bench, int most, int divisor)
{
    public async Task RunAsync()
    {
        for (int images = 10; images <= most; images *= 10)
            await RunAsync($"{images} images", BundleShape.Many(images));
        await RunAsync("one long layer", BundleShape.Large(divisor));
    }

    private async Task RunAsync(string name, BundleShape shape)
    {
        using TempFolder work = new();
        string archive = work["many.tar"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = work["storage"] });
        GeneratedBundle bundle = GeneratedBundle.Write(work["storage"], source.Host, shape);
        string reference = $"{source.Host}/{bundle.Repository}:v1";
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
        {
            string[] copy = ["copy", "-b", reference, "--to-repo", $"{destination.Host}/a/b"];
            await bench.RunAsync($"{name}, registry -> empty registry", copy, [source, destination]);
            await bench.RunAsync($"{name}, the same again", copy, [source, destination]);
        }

        await bench.RunAsync($"{name}, registry -> tar", ["copy", "-b", reference, "--to-tar", archive], [source]);
        await bench.RunAsync($"{name}, the same tar again, --resume", ["copy", "-b", reference, "--to-tar", archive, "--resume"], [source]);
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
            await bench.RunAsync($"{name}, tar -> empty registry",
                ["copy", "--tar", archive, "--to-repo", $"{destination.Host}/a/b"], [destination]);
    }
}
