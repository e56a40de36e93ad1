using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>The cost of a copy of many images that are all present: alone, with --ask-in-bulk, and also with --earlier-plan.</summary>
internal sealed class PresentRows(Bench bench, int images)
{
    public async Task RunAsync()
    {
        using TempFolder work = new();
        string far = work["far"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = work["near"] });
        GeneratedBundle bundle = GeneratedBundle.Write(work["near"], source.Host, BundleShape.Many(images));
        await using (RegistryFixture embedded = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = far }))
        {
            string[] copy = Copy(embedded.Host);
            await bench.RunAsync($"{images} images, to the embedded registry", copy, [source, embedded]);
            await bench.RunAsync($"{images} images, their plan", [.. copy, "--plan-out", work["plan.json"]], [source, embedded]);
            foreach ((string name, string[] how) in Ways())
                await bench.RunAsync($"{images} images that are present{name}", [.. copy, .. how], [source, embedded]);
        }

        if (!DockerRegistry.IsAvailable)
            return;
        // With the folder that the embedded registry wrote.
        await using DockerRegistry docker = await DockerRegistry.StartAsync(far, logsRequests: true);
        foreach ((string name, string[] how) in Ways())
        {
            await docker.TakeRequestsAsync();
            string row = $"{images} images that are present in docker-registry{name}";
            await bench.RunAsync(row, [.. Copy(docker.Host), .. how], [source]);
            int asked = (await docker.TakeRequestsAsync()).Count;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row}: {source.Requests.Count} + {asked} requests, {(source.Requests.Count + asked) / (double)images:f4} an image"));
        }

        string[] Copy(string host) => ["copy", "-b", $"{source.Host}/{bundle.Repository}:v1", "--to-repo", $"{host}/a/b"];

        IEnumerable<(string Name, string[] How)> Ways() =>
        [
            ("", []), (", --ask-in-bulk", ["--ask-in-bulk"]),
            (", --ask-in-bulk --earlier-plan", ["--ask-in-bulk", "--earlier-plan", work["plan.json"]]),
        ];
    }
}
