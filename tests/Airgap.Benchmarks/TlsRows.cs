using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>
/// One large image to and from docker-registry over TLS, with low and high latency, as registries are used: here the choice of HTTP/1.1 or
/// HTTP/2 matters.
/// </summary>
internal sealed class TlsRows(Bench bench, int divisor)
{
    public async Task RunAsync(int runs)
    {
        if (!DockerRegistry.IsAvailable)
            return;
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        (string repository, string hex) = OneImage.Write(storage, source.Host, divisor);
        string image = $"{repository}@sha256:{hex}";
        foreach (int milliseconds in new[] { 0, 20, 80 })
        {
            for (int run = 0; run < runs; run++)
            {
                await using DockerRegistry registry = await DockerRegistry.StartAsync(certificate: certificate);
                await using LatencyProxy far = LatencyProxy.Start(registry.Address.Port, TimeSpan.FromMilliseconds(milliseconds));
                await PushAsync($"TLS, {milliseconds} ms: one image, up", image, far.Host, source);
                await PullAsync($"TLS, {milliseconds} ms: one image, down", $"{far.Host}/a/tool@sha256:{hex}", work);
            }
        }
    }

    private async Task PushAsync(string row, string image, string to, RegistryFixture source)
    {
        await bench.RunAsync(row, ["copy", "-i", image, "--to-repo", $"{to}/a/tool", "--registry-verify-certs=false"], [source]);
        if (Cli.Find("skopeo") is not null)
        {
            await bench.RunPeerAsync(
                "skopeo", row, ["--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false",
                    $"docker://{image}", $"docker://{to}/a/skopeo:v1"], [source]);
        }

        if (Cli.Find("imgpkg") is not null)
            await bench.RunPeerAsync(
                "imgpkg", row, ["copy", "-i", image, "--to-repo", $"{to}/a/imgpkg", "--registry-verify-certs=false"], [source]);
    }

    private async Task PullAsync(string row, string image, TempFolder work)
    {
        await bench.RunAsync(row, ["copy", "-i", image, "--to-tar", Fresh(work["one.tar"]), "--registry-verify-certs=false"], []);
        if (Cli.Find("skopeo") is not null)
            await bench.RunPeerAsync(
                "skopeo", row, ["--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false", $"docker://{image}",
                    $"oci-archive:{Fresh(work["one.oci.tar"])}"], []);
        if (Cli.Find("imgpkg") is not null)
            await bench.RunPeerAsync(
                "imgpkg", row, ["copy", "-i", image, "--to-tar", Fresh(work["one.imgpkg.tar"]), "--registry-verify-certs=false"], []);
    }

    private static string Fresh(string file)
    {
        File.Delete(file);
        return file;
    }
}
