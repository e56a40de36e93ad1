using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>Each route of the big bundle, cold and again, against the embedded registry and, where it is installed, docker-registry.</summary>
internal sealed class RouteRows(Bench bench, int divisor)
{
    private static readonly bool HasImgpkg = Cli.Find("imgpkg") is not null;

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, source.Host, BundleShape.Big(divisor));
        Console.WriteLine($"{bundle.Blobs} blobs, {bundle.Bytes / 1e6:n0} MB");
        string reference = $"{source.Host}/{bundle.Repository}:v1";
        for (int run = 0; run < runs; run++)
        {
            await Floor.RunAsync(bench, storage, bundle, work["floor"]);
            await bench.RunAsync("version", ["version"], []);
            await WithEmbeddedAsync(source, reference, work, run);
            if (DockerRegistry.IsAvailable)
                await WithDockerRegistryAsync(source, reference, work["bundle.tar"]);
        }
    }

    private async Task WithEmbeddedAsync(RegistryFixture source, string reference, TempFolder work, int run)
    {
        string archive = work["bundle.tar"];
        File.Delete(archive);
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
        {
            string[] copy = ["copy", "-b", reference, "--to-repo", $"{destination.Host}/a/b"];
            await bench.RunAsync("registry -> empty registry", copy, [source, destination], Floor.ReadHashAndWrite);
            await bench.RunAsync("the same again, all present", copy, [source, destination]);
        }

        await bench.RunAsync("-> new repository of the same registry", ["copy", "-b", reference, "--to-repo", $"{source.Host}/mount/r{run}"], [source]);
        await bench.RunAsync("registry -> tar", ["copy", "-b", reference, "--to-tar", archive], [source], Floor.ReadHashAndWrite);
        await bench.RunAsync("the same tar again, --resume", ["copy", "-b", reference, "--to-tar", archive, "--resume"], [source], Floor.ReadAndHash);
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
            await bench.RunAsync("tar -> empty registry", ["copy", "--tar", archive, "--to-repo", $"{destination.Host}/a/b"], [destination], Floor.ReadHashAndWrite);
        if (HasImgpkg)
            await WithImgpkgAsync(source, reference, work, run);
    }

    private async Task WithImgpkgAsync(RegistryFixture source, string reference, TempFolder work, int run)
    {
        string archive = work["peer.tar"];
        File.Delete(archive);
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
        {
            string[] copy = ["copy", "-b", reference, "--to-repo", $"{destination.Host}/a/b"];
            await bench.RunPeerAsync("imgpkg", "registry -> empty registry", copy, [source, destination], Floor.ReadHashAndWrite);
            await bench.RunPeerAsync("imgpkg", "the same again, all present", copy, [source, destination]);
        }

        await bench.RunPeerAsync("imgpkg", "-> new repository of the same registry", ["copy", "-b", reference, "--to-repo", $"{source.Host}/mount/p{run}"], [source]);
        await bench.RunPeerAsync("imgpkg", "registry -> tar", ["copy", "-b", reference, "--to-tar", archive], [source], Floor.ReadHashAndWrite);
        await bench.RunPeerAsync("imgpkg", "the same tar again, --resume", ["copy", "-b", reference, "--to-tar", archive, "--resume"], [source], Floor.ReadAndHash);
        await using (RegistryFixture destination = await RegistryFixture.StartEmptyAsync())
            await bench.RunPeerAsync("imgpkg", "tar -> empty registry", ["copy", "--tar", archive, "--to-repo", $"{destination.Host}/a/b"], [destination], Floor.ReadHashAndWrite);
    }

    private async Task WithDockerRegistryAsync(RegistryFixture source, string reference, string archive)
    {
        await using (DockerRegistry destination = await DockerRegistry.StartAsync())
        {
            string[] copy = ["copy", "-b", reference, "--to-repo", $"{destination.Host}/a/b"];
            await bench.RunAsync("registry -> empty docker-registry", copy, [source], Floor.ReadHashAndWrite);
            await bench.RunAsync("the same again, all present (docker-registry)", copy, [source]);
        }

        await using (DockerRegistry destination = await DockerRegistry.StartAsync())
            await bench.RunAsync("tar -> empty docker-registry", ["copy", "--tar", archive, "--to-repo", $"{destination.Host}/a/b"], [], Floor.ReadHashAndWrite);
    }
}
