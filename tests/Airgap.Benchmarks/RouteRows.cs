using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>Each route of the big bundle, cold and again, between embedded registries and, where it is installed, between docker-registries.</summary>
internal sealed class RouteRows(Bench bench, int divisor)
{
    private static readonly bool HasImgpkg = Cli.Find("imgpkg") is not null;

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        BundleShape shape = BundleShape.Big(divisor);
        await using RegistryFixture embedded = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, embedded.Host, shape);
        Console.WriteLine($"{bundle.Blobs} blobs, {bundle.Bytes / 1e6:n0} MB");

        // The same layers in the same storage, served by both; only the hosts in the bundles' locks differ.
        await using DockerRegistry? docker = DockerRegistry.IsAvailable ? await DockerRegistry.StartAsync(storage) : null;
        string? dockerBundle = docker is null ? null : GeneratedBundle.Write(storage, docker.Host, shape with { Name = "peers" }).Repository;
        for (int run = 0; run < runs; run++)
        {
            await Floor.RunAsync(bench, storage, bundle, work["floor"]);
            await bench.RunAsync("version", ["version"], [], Floor.Start);
            if (HasImgpkg)
                await bench.RunPeerAsync("imgpkg", "version", ["version"], []);
            Side source = new(embedded.Host, bundle.Repository, embedded, "");
            foreach (string? peer in new[] { null, HasImgpkg ? "imgpkg" : null }.Distinct())
            {
                await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
                    await CopyAsync(peer, source, destination.Host, destination, run);
                await ArchiveAsync(peer, source, work[$"{peer}.tar"]);
                await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
                    await ImportAsync(peer, source, work[$"{peer}.tar"], destination.Host, destination);
            }

            if (docker is null)
                continue;
            source = new Side(docker.Host, dockerBundle!, null, ", docker-registry on both sides");
            foreach (string? peer in new[] { null, HasImgpkg ? "imgpkg" : null }.Distinct())
            {
                await using (DockerRegistry destination = await DockerRegistry.StartAsync())
                    await CopyAsync(peer, source, destination.Host, null, run);
                await ArchiveAsync(peer, source, work[$"{peer}.tar"]);
                await using (DockerRegistry destination = await DockerRegistry.StartAsync())
                    await ImportAsync(peer, source, work[$"{peer}.tar"], destination.Host, null);
            }
        }
    }

    private async Task CopyAsync(string? peer, Side source, string to, RegistryFixture? counted, int run)
    {
        string[] copy = ["copy", "-b", source.Reference, "--to-repo", $"{to}/a/b"];
        await RunAsync(peer, $"registry -> empty registry{source.Suffix}", copy, Counted(source.Registry, counted), Floor.ReadHashAndWrite);
        await RunAsync(peer, $"the same again, all present{source.Suffix}", copy, Counted(source.Registry, counted));
        await RunAsync(peer, $"-> new repository of the same registry{source.Suffix}", ["copy", "-b", source.Reference, "--to-repo", $"{source.Host}/mount/{peer ?? "r"}{run}"], Counted(source.Registry));
    }

    private async Task ArchiveAsync(string? peer, Side source, string archive)
    {
        File.Delete(archive);
        string[] copy = ["copy", "-b", source.Reference, "--to-tar", archive];
        await RunAsync(peer, $"registry -> tar{source.Suffix}", copy, Counted(source.Registry), Floor.ReadHashAndWrite);
        await RunAsync(peer, $"the same tar again, --resume{source.Suffix}", [.. copy, "--resume"], Counted(source.Registry), Floor.ReadAndHash);
    }

    private Task ImportAsync(string? peer, Side source, string archive, string to, RegistryFixture? counted) =>
        RunAsync(peer, $"tar -> empty registry{source.Suffix}", ["copy", "--tar", archive, "--to-repo", $"{to}/a/b"], Counted(counted), Floor.ReadHashAndWrite);

    private Task RunAsync(string? peer, string row, string[] arguments, RegistryFixture[] counted, string? floor = null) =>
        peer is null ? bench.RunAsync(row, arguments, counted, floor) : bench.RunPeerAsync(peer, row, arguments, counted, floor);

    private static RegistryFixture[] Counted(params RegistryFixture?[] registries) => [.. registries.OfType<RegistryFixture>()];

    // The registry is null where nothing counts its requests.
    private sealed record Side(string Host, string Repository, RegistryFixture? Registry, string Suffix)
    {
        public string Reference => $"{Host}/{Repository}:v1";
    }
}
