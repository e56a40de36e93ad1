using System.Diagnostics;
using System.Security.Cryptography;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Benchmarks;

/// <summary>The rows: each route cold and again, against the embedded registry, and against docker-registry where it is installed.</summary>
internal sealed class RouteBenchmark(string tool, int runs, int divisor)
{
    private readonly List<(string Row, Measurement Median, string Requests, long Bytes)> _rows = [];

    public async Task RunAsync()
    {
        using TempFolder work = new();
        string storage = work["storage"];
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = storage });
        GeneratedBundle bundle = GeneratedBundle.Write(storage, source.Host, divisor);
        Console.WriteLine($"{bundle.Blobs} blobs, {bundle.Bytes / 1e6:n0} MB; {Environment.ProcessorCount} cores; {tool}");
        string reference = $"{source.Host}/{GeneratedBundle.Repository}:v1";
        string archive = work["bundle.tar"];

        await FloorAsync(work, storage, bundle);
        await MeasureAsync("version", ["version"], source, null, null);
        await WithEmbeddedAsync(source, reference, archive);
        if (DockerRegistry.IsAvailable)
            await WithDockerRegistryAsync(source, reference, archive);
        Print();
    }

    private async Task WithEmbeddedAsync(RegistryFixture source, string reference, string archive)
    {
        RegistryFixture? destination = null;
        await MeasureAsync("registry -> empty registry", () => ["copy", "-b", reference, "--to-repo", $"{destination!.Host}/a/b"], source, () => destination, async () =>
        {
            if (destination is not null)
                await destination.DisposeAsync();
            destination = await RegistryFixture.StartEmptyAsync();
        });
        await MeasureAsync("the same again, all present", () => ["copy", "-b", reference, "--to-repo", $"{destination!.Host}/a/b"], source, () => destination, null);
        int mount = 0;
        await MeasureAsync("-> new repository of the same registry", () => ["copy", "-b", reference, "--to-repo", $"{source.Host}/mount/r{mount++}"], source, null, null);
        await MeasureAsync("registry -> tar", () => ["copy", "-b", reference, "--to-tar", archive], source, null, () =>
        {
            File.Delete(archive);
            return Task.CompletedTask;
        });
        await MeasureAsync("the same tar again, --resume", () => ["copy", "-b", reference, "--to-tar", archive, "--resume"], source, null, null);
        await destination!.DisposeAsync();
        destination = null;
        await MeasureAsync("tar -> empty registry", () => ["copy", "--tar", archive, "--to-repo", $"{destination!.Host}/a/b"], source, () => destination, async () =>
        {
            if (destination is not null)
                await destination.DisposeAsync();
            destination = await RegistryFixture.StartEmptyAsync();
        });
        await destination!.DisposeAsync();
    }

    private async Task WithDockerRegistryAsync(RegistryFixture source, string reference, string archive)
    {
        DockerRegistry? destination = null;
        async Task FreshAsync()
        {
            if (destination is not null)
                await destination.DisposeAsync();
            destination = await DockerRegistry.StartAsync();
        }

        await MeasureAsync("registry -> empty docker-registry", () => ["copy", "-b", reference, "--to-repo", $"{destination!.Host}/a/b"], source, null, FreshAsync);
        await MeasureAsync("the same again, all present (docker-registry)", () => ["copy", "-b", reference, "--to-repo", $"{destination!.Host}/a/b"], source, null, null);
        await MeasureAsync("tar -> empty docker-registry", () => ["copy", "--tar", archive, "--to-repo", $"{destination!.Host}/a/b"], source, null, FreshAsync);
        await destination!.DisposeAsync();
    }

    // What the same bytes cost when nothing but the plain work is done: read and hash them, and write them once.
    private async Task FloorAsync(TempFolder work, string storage, GeneratedBundle bundle)
    {
        byte[] buffer = new byte[256 * 1024];
        long started = Stopwatch.GetTimestamp();
        foreach ((_, string digest) in bundle.Layers)
        {
            await using FileStream file = File.OpenRead(Path.Combine(storage, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data"));
            await SHA256.HashDataAsync(file);
        }

        TimeSpan hash = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await using (FileStream copy = File.Create(work["floor"]))
        {
            foreach ((_, string digest) in bundle.Layers)
            {
                await using FileStream file = File.OpenRead(Path.Combine(storage, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data"));
                for (int read; (read = await file.ReadAsync(buffer)) > 0;)
                    await copy.WriteAsync(buffer.AsMemory(0, read));
            }
        }

        TimeSpan write = Stopwatch.GetElapsedTime(started);
        File.Delete(work["floor"]);
        Console.WriteLine($"floor: read and hash {hash.TotalSeconds:f2} s, read and write {write.TotalSeconds:f2} s");
    }

    private Task MeasureAsync(string row, string[] arguments, RegistryFixture source, Func<RegistryFixture?>? destination, Func<Task>? prepare) =>
        MeasureAsync(row, () => arguments, source, destination, prepare);

    private async Task MeasureAsync(string row, Func<string[]> arguments, RegistryFixture source, Func<RegistryFixture?>? destination, Func<Task>? prepare)
    {
        List<Measurement> measured = [];
        string requests = "";
        long bytes = 0;
        for (int run = 0; run < runs; run++)
        {
            if (prepare is not null)
                await prepare();
            source.Clear();
            destination?.Invoke()?.Clear();
            Measurement one = await MeasuredProcess.RunAsync(tool, arguments());
            if (one.ExitCode != 0)
                throw new InvalidOperationException($"{row}: exit code {one.ExitCode}\n{one.Error}");
            measured.Add(one);
            IReadOnlyList<RecordedRequest> there = destination?.Invoke()?.Requests ?? [];
            requests = $"{source.Requests.Count} + {there.Count} ({Kinds(source.Requests.Concat(there))})";
            bytes = source.Requests.Sum(request => request.ResponseBytes) + there.Sum(request => request.RequestBytes);
        }

        Measurement median = measured.OrderBy(one => one.Wall).ElementAt(measured.Count / 2);
        _rows.Add((row, median with { PeakBytes = measured.Max(one => one.PeakBytes) }, requests, bytes));
        Console.Error.WriteLine($"{row}: {median.Wall.TotalSeconds:f2} s");
    }

    private static string Kinds(IEnumerable<RecordedRequest> requests) => string.Join(", ", requests
        .GroupBy(request => request.Kind)
        .OrderByDescending(group => group.Count())
        .Select(group => $"{group.Count()} {group.Key}"));

    private void Print()
    {
        Console.WriteLine();
        Console.WriteLine("| work | wall | client CPU | peak memory | bytes over the wire | requests (source + destination) |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach ((string row, Measurement median, string requests, long bytes) in _rows)
        {
            Console.WriteLine(
                $"| {row} | {median.Wall.TotalSeconds:f3} s | {(median.Cpu is { } cpu ? $"{cpu.TotalSeconds:f2} s" : "-")} | {(median.PeakBytes is { } peak ? $"{peak / 1e6:f0} MB" : "-")} | {bytes / 1e6:n0} MB | {requests} |");
        }
    }
}
