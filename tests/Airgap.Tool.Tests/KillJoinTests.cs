using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.Tool.Tests.EndToEnd;

namespace Airgap.Tool.Tests;

/// <summary>
/// The packed tool, killed while it joins a chain or splits an archive, at moments after the start of its output that a seed chooses.
/// AIRGAP_KILL_RUNS sets the number of seeds for each (default 4); AIRGAP_KILL_SEED replays one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class KillJoinTests
{
    private const int MiB = 1024 * 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("merge")]
    [DataRow("split")]
    public async Task NothingLooksFinishedAndTheSameCommandFinishes(string way)
    {
        await using Bench bench = await Bench.StartAsync(new());
        await WriteChainAsync(bench);
        string[] command = way == "merge"
            ? ["archive", "merge", "first.tar", "delta.tar", "--to-oci-tar", "out/joined.tar"]
            : ["archive", "split", "full.tar", "--volume-size", "400kB", "--output", "out"];
        Dictionary<string, string> before = Hashes(bench.Folder.Path);
        byte[] full = await File.ReadAllBytesAsync(bench.Folder["full.tar"], TestContext.CancellationToken);
        TimeSpan whole = await RunAsync(bench, command, null);
        AssertFinished(bench, way, full);

        int killed = 0;
        int[] seeds = Number("AIRGAP_KILL_SEED") is { } one ? [one] : [.. Enumerable.Range(1, Number("AIRGAP_KILL_RUNS") ?? 4)];
        foreach (int seed in seeds)
        {
            Directory.Delete(bench.Folder["out"], recursive: true);
            TimeSpan ran = await RunAsync(bench, command, whole * (new Random(seed).NextDouble() * 0.6));
            bool isFinished = File.Exists(bench.Folder[way == "merge" ? "out/joined.tar" : "out/full.tar.parts.json"]);
            if (isFinished)
                AssertFinished(bench, way, full);
            else
                killed++;
            string what = string.Create(CultureInfo.InvariantCulture, $"AIRGAP_KILL_SEED={seed} {way}, after {ran.TotalMilliseconds} ms");
            CliResult look = await bench.RunAsync(
                "describe", way == "merge" ? "--oci-tar" : "--tar", way == "merge" ? "out/joined.tar" : "out/full.tar");
            if (!isFinished)
                Assert.AreEqual(1, look.ExitCode, what);

            CliResult again = await bench.RunAsync(way == "merge" && seed % 2 == 0 ? [.. command, "--resume"] : command);
            Assert.AreEqual(0, again.ExitCode, $"{what}: {again}");
            AssertFinished(bench, way, full);
            foreach ((string name, string hash) in before)
                Assert.AreEqual(hash, Hash(Path.Combine(bench.Folder.Path, name)), $"{what}: {name} was changed");
        }

        TestContext.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{way}: killed {killed} of {seeds.Length} times within {whole.TotalMilliseconds:0} ms"));
        Assert.IsPositive(killed);
    }

    // Two images of random layers, in layouts: the second as a delta on the first, and as a full archive.
    private static async Task WriteChainAsync(Bench bench)
    {
        byte[][] layers = [.. Enumerable.Range(0, 3).Select(i =>
        {
            byte[] bytes = new byte[(4 * MiB) + i];
            new Random(i).NextBytes(bytes);
            return bytes;
        })];
        Directory.CreateDirectory(bench.Folder["out"]);
        foreach ((string name, int count) in ((string, int)[])[("v1", 2), ("v2", 3)])
        {
            LayoutBuilder layout = new(bench.Folder[name]);
            string[] images = [.. layers.Take(count).Select(layout.Image)];
            layout.Write([layout.Named(layout.Index(images), "registry.example/team/app:1")]);
        }

        (await bench.RunAsync("copy", "--oci", "v1", "--to-oci-tar", "first.tar")).EnsureSuccess();
        (await bench.RunAsync("copy", "--oci", "v2", "--to-oci-tar", "delta.tar", "--base", "first.tar")).EnsureSuccess();
        (await bench.RunAsync("copy", "--oci", "v2", "--to-oci-tar", "full.tar")).EnsureSuccess();
        Assert.IsLessThan(5 * MiB, new FileInfo(bench.Folder["delta.tar"]).Length);
    }

    /// <param name="bench">The tool and its folder.</param>
    /// <param name="command">The command line.</param>
    /// <param name="after">The time from the first file in the output's folder to the kill; null to not kill it.</param>
    /// <returns>The time that it ran after that.</returns>
    private static async Task<TimeSpan> RunAsync(Bench bench, string[] command, TimeSpan? after)
    {
        Directory.CreateDirectory(bench.Folder["out"]);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FileSystemWatcher watcher = new(bench.Folder["out"]) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => begun.TrySetResult();
        using Process tool = bench.Start(command);
        Task output = Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        Task ended = tool.WaitForExitAsync();
        await Task.WhenAny(begun.Task, ended).WaitAsync(TimeSpan.FromMinutes(1));
        long start = Stopwatch.GetTimestamp();
        if (after is { } moment)
        {
            await Task.WhenAny(Task.Delay(moment), ended);
            tool.Kill();
        }

        await ended.WaitAsync(TimeSpan.FromMinutes(1));
        await output;
        if (after is null)
            Assert.AreEqual(0, tool.ExitCode);
        return Stopwatch.GetElapsedTime(start);
    }

    private static void AssertFinished(Bench bench, string way, byte[] full)
    {
        if (way == "merge")
        {
            Assert.IsTrue(full.AsSpan().SequenceEqual(File.ReadAllBytes(bench.Folder["out/joined.tar"])),
                "the joined archive is the full one");
            Assert.AreSequenceEqual(["joined.tar"], NamesIn(bench.Folder["out"]));
            return;
        }

        Assert.IsTrue(File.Exists(bench.Folder["out/full.tar.parts.json"]));
        // A killed run may leave a file under a hidden temporary name, which no command reads.
        ILookup<bool, string> names = NamesIn(bench.Folder["out"]).Where(name => name[0] != '.')
            .ToLookup(name => name[^4] == '.' && char.IsAsciiDigit(name[^1]));
        byte[] joined = [.. names[true].SelectMany(name => File.ReadAllBytes(bench.Folder[$"out/{name}"]))];
        Assert.IsTrue(full.AsSpan().SequenceEqual(joined), "the parts together are the archive");
        Assert.AreSequenceEqual(["full.tar.parts.json", "full.tar.sha256"], names[false]);
    }

    private static string[] NamesIn(string folder) =>
        [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Hashes(string folder) => Directory.GetFiles(folder)
        .ToDictionary(path => Path.GetFileName(path)!, Hash);

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
