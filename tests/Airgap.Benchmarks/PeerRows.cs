using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>One large image, which every peer on the PATH can also copy.</summary>
internal sealed class PeerRows(Bench bench, int divisor)
{
    private const string Row = "one image, registry -> empty registry";
    private const string Again = "one image, the same again, all present";
    private const string ToTar = "one image, registry -> tar";
    private const string FromTar = "one image, tar -> empty registry";

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        (string repository, string hex) = OneImage.Write(storage, source.Host, divisor);
        string image = $"{repository}@sha256:{hex}";
        for (int run = 0; run < runs; run++)
        {
            await AgainstAsync(source, async to =>
            {
                string[] copy = ["copy", "-i", image, "--to-repo", $"{to.Host}/a/b"];
                await bench.RunAsync(Row, copy, [source, to]);
                await bench.RunAsync(Again, copy, [source, to]);
            });
            await ArchiveAsync(source, image, work);
            if (Cli.Find("skopeo") is not null)
            {
                await AgainstAsync(source, async to =>
                {
                    string[] copy = ["--insecure-policy", "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
                        "--dest-tls-verify=false", $"docker://{image}", $"docker://{to.Host}/a/b:v1"];
                    await bench.RunPeerAsync("skopeo", Row, copy, [source, to]);
                    await bench.RunPeerAsync("skopeo", Again, copy, [source, to]);
                });
            }

            await PeerAsync(source, "crane", ["copy", "--insecure", image], "a/b:v1");
            await PeerAsync(source, "oras", ["copy", "--from-plain-http", "--to-plain-http", image], "a/b:v1");
            await PeerAsync(source, "imgpkg", ["copy", "-i", image, "--to-repo"], "a/b");
        }
    }

    // A peer whose last argument is the destination, if it is installed.
    private Task PeerAsync(RegistryFixture source, string peer, string[] arguments, string destination) =>
        Cli.Find(peer) is null ? Task.CompletedTask : AgainstAsync(source, async to =>
        {
            string[] copy = [.. arguments, $"{to.Host}/{destination}"];
            await bench.RunPeerAsync(peer, Row, copy, [source, to]);
            await bench.RunPeerAsync(peer, Again, copy, [source, to]);
        });

    // skopeo's archive of the same content is an OCI layout in a tar.
    private async Task ArchiveAsync(RegistryFixture source, string image, TempFolder work)
    {
        string archive = work["one.tar"];
        File.Delete(archive);
        await bench.RunAsync(ToTar, ["copy", "-i", image, "--to-tar", archive], [source]);
        await AgainstAsync(source, to => bench.RunAsync(FromTar, ["copy", "--tar", archive, "--to-repo", $"{to.Host}/a/b"], [to]));
        if (Cli.Find("skopeo") is null)
            return;
        string layout = work["one.oci.tar"];
        File.Delete(layout);
        await bench.RunPeerAsync(
            "skopeo", ToTar, ["--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", $"docker://{image}",
                $"oci-archive:{layout}"], [source]);
        await AgainstAsync(source,
            to => bench.RunPeerAsync(
                "skopeo", FromTar, ["--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false", $"oci-archive:{layout}",
                    $"docker://{to.Host}/a/b:v1"], [to]));
    }

    private static async Task AgainstAsync(RegistryFixture source, Func<RegistryFixture, Task> run)
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        await run(destination);
        source.Clear();
    }
}
