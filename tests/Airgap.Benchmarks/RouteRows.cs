using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>
/// Each route of the big bundle, first and repeated, between embedded registries and, if it is installed, between docker-registries.
/// </summary>
internal sealed class RouteRows(Bench bench, int divisor)
{
    // Null for the tool itself.
    private static readonly string?[] s_peers = Cli.Find("imgpkg") is null ? [null] : [null, "imgpkg"];

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        BundleShape shape = BundleShape.Big(divisor);
        await using RegistryFixture embedded = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, embedded.Host, shape);
        Console.WriteLine($"{bundle.Blobs} blobs, {bundle.Bytes / 1e6:n0} MB");

        // Both serve the same layers from the same storage; only the hosts in the bundles' locks differ.
        await using DockerRegistry? docker = DockerRegistry.IsAvailable ? await DockerRegistry.StartAsync(storage) : null;
        string? dockerBundle = docker is null
            ? null : GeneratedBundle.Write(storage, docker.Host, shape with { Name = "peers" }).Repository;
        for (int run = 0; run < runs; run++)
        {
            await Floor.RunAsync(bench, storage, bundle, work["floor"]);
            WarmMemory.Touch(2 * bundle.Bytes);
            StreamFloor.Run(bench, docker?.Host ?? embedded.Host, bundle, work["floor"]);
            await bench.RunAsync("version", ["version"], [], Floor.Start);
            foreach (string peer in s_peers.OfType<string>())
                await bench.RunPeerAsync(peer, "version", ["version"], []);
            if (Cli.Find("skopeo") is not null)
                await bench.RunPeerAsync("skopeo", "version", ["--version"], []);
            foreach (string? peer in s_peers)
                await AllAsync(peer, new Side(embedded.Host, bundle.Repository, embedded, "", StartEmbeddedAsync),
                    work[$"{peer}.tar"], run, bundle.Bytes);
            foreach (string? peer in docker is null ? [] : s_peers)
                await AllAsync(peer, new Side(docker!.Host, dockerBundle!, null, ", docker-registry on both sides", StartDockerAsync),
                    work[$"{peer}.tar"], run, bundle.Bytes);
        }
    }

    private async Task AllAsync(string? peer, Side source, string archive, int run, long bytes)
    {
        (IAsyncDisposable server, string host, RegistryFixture? counted) = await source.StartDestination();
        await using (server)
            await CopyAsync(peer, source, host, counted, run);
        File.Delete(archive);
        WarmMemory.Touch(2 * bytes);
        await ArchiveAsync(peer, source, archive);
        (server, host, counted) = await source.StartDestination();
        await using (server)
            await ImportAsync(peer, source, archive, host, counted);
    }

    private async Task CopyAsync(string? peer, Side source, string to, RegistryFixture? counted, int run)
    {
        string[] copy = ["copy", "-b", source.Reference, "--to-repo", $"{to}/a/b"];
        await RunAsync(peer, $"registry -> empty registry{source.Suffix}", copy, Counted(source.Registry, counted), Floor.ReadHashAndWrite);
        await RunAsync(peer, $"the same again, all present{source.Suffix}", copy, Counted(source.Registry, counted));
        await RunAsync(peer, $"-> new repository of the same registry{source.Suffix}",
            ["copy", "-b", source.Reference, "--to-repo", $"{source.Host}/mount/{peer ?? "r"}{run}"], Counted(source.Registry));
    }

    private async Task ArchiveAsync(string? peer, Side source, string archive)
    {
        string[] copy = ["copy", "-b", source.Reference, "--to-tar", archive];
        await RunAsync(peer, $"registry -> tar{source.Suffix}", copy, Counted(source.Registry), StreamFloor.Row);
        await RunAsync(peer, $"the same tar again, --resume{source.Suffix}", [.. copy, "--resume"],
            Counted(source.Registry), Floor.ReadAndHash);
    }

    private Task ImportAsync(string? peer, Side source, string archive, string to, RegistryFixture? counted) =>
        RunAsync(peer, $"tar -> empty registry{source.Suffix}", ["copy", "--tar", archive, "--to-repo", $"{to}/a/b"], Counted(counted),
            Floor.ReadHashAndWrite);

    private Task RunAsync(string? peer, string row, string[] arguments, RegistryFixture[] counted, string? floor = null) =>
        peer is null ? bench.RunAsync(row, arguments, counted, floor) : bench.RunPeerAsync(peer, row, arguments, counted, floor);

    private static RegistryFixture[] Counted(params RegistryFixture?[] registries) => [.. registries.OfType<RegistryFixture>()];

    private static async Task<(IAsyncDisposable, string, RegistryFixture?)> StartEmbeddedAsync()
    {
        RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        return (registry, registry.Host, registry);
    }

    private static async Task<(IAsyncDisposable, string, RegistryFixture?)> StartDockerAsync()
    {
        DockerRegistry registry = await DockerRegistry.StartAsync();
        return (registry, registry.Host, null);
    }

    // A registry is null if nothing counts its requests.
    private sealed record Side(
        string Host, string Repository, RegistryFixture? Registry, string Suffix,
        Func<Task<(IAsyncDisposable Server, string Host, RegistryFixture? Counted)>> StartDestination)
    {
        public string Reference => $"{Host}/{Repository}:v1";
    }
}
