using System.Diagnostics;
using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Tool.Tests.EndToEnd;

namespace Airgap.Tool.Tests;

/// <summary>
/// The packed tool, killed twice during every relocation of a large blob, after a number of bytes that a seed chooses; checks the total of
/// moved bytes. AIRGAP_KILL_RUNS sets the number of seeds for each route (default 1); AIRGAP_KILL_SEED replays one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class KillBytesTests
{
    private const int Kills = 2;
    private const int Streams = 2;
    private const int MiB = 1024 * 1024;

    /// <summary>The bytes of a large blob that the client sends in one request, and may have to send again.</summary>
    private const long Chunk = 16 * MiB;

    /// <summary>Request headers and manifests, which are counted with the bytes of blobs.</summary>
    private const long Heads = 256 * 1024;

    private static readonly int[] s_layerSizes = [40 * MiB, 6 * MiB, 5 * MiB];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("registry-tar", false)]
    [DataRow("registry-parts", false)]
    [DataRow("registry-registry", false)]
    [DataRow("tar-registry", false)]
    [DataRow("registry-registry", true)]
    [DataRow("tar-registry", true)]
    public async Task TheMovedBytes_AreTheSize_AndLittleForEachKill(string route, bool docker)
    {
        await using DockerRegistry? peer = docker ? await DockerRegistry.StartAsync() : null;
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        await using RegistryFixture? embedded = docker ? null : await RegistryFixture.StartEmptyAsync();
        string destination = peer?.Host ?? embedded!.Host;
        await using CuttingProxy from = new(bench.Registry.Address, _ => (long.MaxValue, long.MaxValue));
        await using CuttingProxy to = new(new Uri($"http://{destination}/"), _ => (long.MaxValue, long.MaxValue));
        bench.Environment["NO_PROXY"] = bench.Environment["no_proxy"] = "127.0.0.1";
        await PushAsync(bench.Registry.Address);
        string[] source = ["-i", $"{from.Host}/apps/large:1"];
        (await bench.RunAsync(["copy", .. source, "--to-tar", "whole.tar"])).EnsureSuccess();
        if (route == "tar-registry")
            source = ["--tar", "whole.tar"];

        bool toArchive = route is "registry-tar" or "registry-parts";
        Func<long> moved = toArchive ? () => from.BytesDown : () => to.BytesUp;
        Func<long, Task> when = toArchive ? from.WhenDown : to.WhenUp;
        // docker-registry 2.8 keeps only chunks that it confirmed, and drops an upload whose request was cut.
        long again = docker ? s_layerSizes.Max() : Chunk;
        long size = s_layerSizes.Sum(layer => (long)layer);
        long most = 0;
        long sum = 0;
        int killed = 0;
        int? only = Number("AIRGAP_KILL_SEED");
        int[] seeds = only is { } one ? [one] : [.. Enumerable.Range(1, Number("AIRGAP_KILL_RUNS") ?? 1)];
        foreach (int seed in seeds)
        {
            string name = $"it{seed}";
            string[] command = ["copy", .. source, "--concurrency", $"{Streams}",
                .. toArchive ? ["--to-tar", $"{name}.tar"] : new[] { "--to-repo", $"{to.Host}/kill/{name}" },
                .. route == "registry-parts" ? ["--volume-size", "9MB"] : Array.Empty<string>()];
            string[] resume = toArchive ? [.. command, "--resume"] : command;
            Random random = new(seed);
            long before = moved();
            int kills = 0;
            for (int i = 0; i < Kills; i++)
                kills += await KillAsync(bench, i == 0 ? command : resume, when(moved() + random.NextInt64(size * 9 / 10))) ? 1 : 0;
            if (kills > 0 && route == "registry-tar")
                Assert.IsFalse(File.Exists(bench.Folder[$"{name}.tar"]) && File.Exists(bench.Folder[$"{name}.tar.partial"]),
                    $"AIRGAP_KILL_SEED={seed}");
            if (kills > 0 && route == "registry-parts")
                Assert.IsFalse(
                    File.Exists(bench.Folder[$"{name}.tar.parts.json"])
                    && Directory.GetFiles(bench.Folder.Path, $"{name}.tar.0*.partial").Length > 0, $"AIRGAP_KILL_SEED={seed}");
            (await bench.RunAsync(resume)).EnsureSuccess();
            long extra = moved() - before - size;
            Assert.IsLessThanOrEqualTo(
                (kills * Streams * again) + ((kills + 1) * Heads), extra,
                $"AIRGAP_KILL_SEED={seed}: {extra} bytes more than {size} after {kills} kills");
            await VerifyAsync(bench, route, name, destination);
            File.Delete(bench.Folder[$"{name}.tar"]);
            killed += kills;
            sum += extra;
            most = Math.Max(most, extra);
        }

        TestContext.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{route}{(docker ? " (docker-registry)" : "")}: {seeds.Length} relocations of {size} bytes, {killed} kills, " +
            $"{sum / Math.Max(1, killed)} bytes moved twice for each, {most} at most in one relocation"));
        Assert.IsPositive(killed);
    }

    /// <returns>False when the tool ended before that many bytes had passed.</returns>
    private static async Task<bool> KillAsync(Bench bench, string[] command, Task moment)
    {
        using Process tool = bench.Start(command);
        Task output = Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await Task.WhenAny(moment, tool.WaitForExitAsync());
        bool isRunning = !tool.HasExited;
        tool.Kill();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await output;
        return isRunning;
    }

    private async Task VerifyAsync(Bench bench, string route, string name, string host)
    {
        if (route == "registry-parts")
        {
            (await bench.RunAsync("archive", "verify", "--parts", $"{name}.tar")).EnsureSuccess();
            await using FileStream joined = File.Create(bench.Folder[$"{name}.tar"]);
            foreach (string part in Directory.GetFiles(bench.Folder.Path, $"{name}.tar.0*").Order(StringComparer.Ordinal))
                await joined.WriteAsync(await File.ReadAllBytesAsync(part, TestContext.CancellationToken), TestContext.CancellationToken);
        }

        if (route is "registry-tar" or "registry-parts")
        {
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(bench.Folder["whole.tar"], TestContext.CancellationToken),
                await File.ReadAllBytesAsync(bench.Folder[$"{name}.tar"], TestContext.CancellationToken));
            return;
        }

        using RegistryContent content = RegistryContent.At(host);
        await content.AssertCompleteAsync($"kill/{name}", "1");
        (await bench.RunAsync("verify", "-i", $"{host}/kill/{name}:1")).EnsureSuccess();
    }

    private static async Task PushAsync(Uri registry)
    {
        Random random = new(1);
        using RegistryWriter writer = new(registry);
        await writer.PushImageAsync("apps/large", "1", [.. s_layerSizes.Select(size =>
        {
            byte[] layer = new byte[size];
            random.NextBytes(layer);
            return layer;
        })]);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
