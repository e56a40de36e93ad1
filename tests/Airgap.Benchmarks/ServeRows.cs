using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>
/// A served archive compared with a served folder: the time to the first response, the requests per second, and the memory.
/// </summary>
internal sealed class ServeRows(Bench bench, int divisor)
{
    private const int Connections = 200;
    private const string User = "anna";
    private const string Password = "secret-of-anna";

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    public async Task RunAsync(int runs)
    {
        using TempFolder work = new();
        await StartAsync(work, runs);
        string storage = work["storage"];
        string archive = work["served.tar"];
        GeneratedBundle bundle;
        await using (RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage }))
        {
            bundle = GeneratedBundle.Write(storage, source.Host, BundleShape.Big(divisor));
            await bench.RunAsync("the archive to serve",
                ["copy", "-b", $"{source.Host}/{bundle.Repository}:v1", "--to-tar", archive], [source]);
            await using RegistryFixture imported =
                await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = work["imported"] });
            await bench.RunAsync("its import", ["copy", "--tar", archive, "--to-repo", $"{imported.Host}/bundle"], [imported]);
        }

        string manifest = "/v2/bundle/manifests/v1";
        string blob =
            $"/v2/bundle/blobs/{bundle.Layers.MaxBy(layer => new FileInfo(GeneratedBundle.FileOf(storage, layer.Digest)).Length).Digest}";
        File.WriteAllText(work["users"], $"{User}:{BCrypt.Net.BCrypt.HashPassword(Password, 10)}\n");
        Console.WriteLine();
        Console.WriteLine(
            "| served | asked for | requests a second | MB a second | server CPU a request | peak memory | its own | of the folder's |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach ((string name, string[] flags, string? login) in ((string, string[], string?)[])[
            ("", [], null),
            (", https", ["--tls-self-signed"], null),
            (", users", ["--htpasswd", work["users"]], $"{User}:{Password}"),
            (", log lines", ["--access-log"], null)])
        {
            await CompareAsync(work["imported"], archive, $"manifest{name}", manifest, flags, login, Connections);
            await CompareAsync(work["imported"], archive, $"largest blob{name}", blob, flags, login, connections: 4);
        }

        await PeerAsync(work["imported"], manifest, blob);
    }

    // The same folder, served by docker-registry and measured in the same way: with the same client, in the same run.
    private static async Task PeerAsync(string folder, string manifest, string blob)
    {
        if (!DockerRegistry.IsAvailable)
            return;
        foreach (bool isTls in new[] { false, true })
        {
            using X509Certificate2? certificate = isTls ? LoopbackCertificate.Create() : null;
            await using DockerRegistry peer = await DockerRegistry.StartAsync(folder, certificate, deletes: false);
            foreach ((string what, string path, int connections) in ((string, string, int)[])[
                ("manifest", manifest, Connections), ("largest blob", blob, 4)])
            {
                await Load.RunAsync(peer.Address, path, null, connections, s_time / 4);
                Load load = await Load.RunAsync(peer.Address, path, null, connections, s_time);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| docker-registry | {what}{(isTls ? ", https" : "")} | {load.PerSecond:n0} | " +
                    $"{load.Bytes / 1e6 / load.Took.TotalSeconds:n0} | - | - | - | - |"));
            }
        }
    }

    private async Task StartAsync(TempFolder work, int runs)
    {
        const int images = 1000;
        string sparse = work["sparse.tar"];
        SparseArchive.Write(sparse, images, 10 * 1024 * 1024);
        for (int run = 0; run < runs; run++)
        {
            foreach ((string row, string[] flags, string path) in ((string, string[], string)[])[
                ("serve --folder, empty: until the first answer", ["--folder", work["empty"]], "/v2/"),
                ("serve --tar, 10 GB of 1,000 images: until the first manifest", ["--tar", sparse], "/v2/bundle/manifests/v1")])
            {
                using ServedProcess served = await ServedProcess.StartAsync(bench.Tool, flags);
                Load first = await Load.RunAsync(served.Address, path, null, connections: 1, TimeSpan.FromTicks(1));
                bench.Add(row, new Measurement(served.Ready + first.Took, served.Cpu, served.PeakBytes, 0, ""));
            }
        }
    }

    private async Task CompareAsync(string folder, string archive, string what, string path, string[] flags, string? login, int connections)
    {
        double ofFolder = await MeasureAsync("folder", what, ["--folder", folder, "--read-only", .. flags], path, login, connections, 0);
        await MeasureAsync("archive", what, ["--tar", archive, .. flags], path, login, connections, ofFolder);
    }

    private async Task<double> MeasureAsync(
        string row, string what, string[] flags, string path, string? login, int connections, double ofFolder)
    {
        using ServedProcess served = await ServedProcess.StartAsync(bench.Tool, flags);
        await Load.RunAsync(served.Address, path, login, connections, s_time / 4);
        TimeSpan before = served.Cpu;
        Load load = await Load.RunAsync(served.Address, path, login, connections, s_time);
        double cpu = (served.Cpu - before).TotalMicroseconds / Math.Max(1, load.Requests);
        string ratio = ofFolder == 0 ? "-" : (load.PerSecond / ofFolder).ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {row} | {what} | {load.PerSecond:n0} | {load.Bytes / 1e6 / load.Took.TotalSeconds:n0} | {cpu:n0} µs | " +
            $"{(served.PeakBytes ?? 0) / 1e6:n0} MB | {(served.OwnBytes ?? 0) / 1e6:n0} MB | {ratio} |"));
        return load.PerSecond;
    }
}
