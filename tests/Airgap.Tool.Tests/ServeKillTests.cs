using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Tool.Tests.EndToEnd;

namespace Airgap.Tool.Tests;

/// <summary>
/// <c>serve</c> is killed while clients write to one folder, and started again: confirmed content is there, and listed content is
/// complete. AIRGAP_KILL_RUNS sets the number of kills (default 4); AIRGAP_KILL_SEED replays one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ServeKillTests
{
    private const int Workers = 4;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AKilledRegistryKeepsWhatItConfirmedAndListsNothingDamaged()
    {
        using TempFolder folder = new();
        ConcurrentDictionary<(string Repository, string Tag), string?> confirmed = [];
        ConcurrentDictionary<(string Repository, string Tag), string?> underWay = [];
        int? only = Number("AIRGAP_KILL_SEED");
        int changes = 0;
        foreach (int seed in only is { } one ? [one] : Enumerable.Range(1, Number("AIRGAP_KILL_RUNS") ?? 4))
        {
            try
            {
                changes += await WriteUntilKilledAsync(folder["storage"], seed, confirmed, underWay);
                await CheckAsync(folder["storage"], confirmed, underWay);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"AIRGAP_KILL_SEED={seed}: {e.Message}", e);
            }
        }

        TestContext.WriteLine($"{changes} confirmed changes, {confirmed.Count} tags");
        Assert.IsPositive(changes);
    }

    private static async Task<int> WriteUntilKilledAsync(
        string storage, int seed, ConcurrentDictionary<(string, string), string?> confirmed,
        ConcurrentDictionary<(string, string), string?> underWay)
    {
        using Served served = await Served.StartAsync(storage);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int moment = new Random(seed).Next(1, 60);
        int count = 0;
        Task[] workers =
        [
            .. Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
            {
                Random random = new((seed * Workers) + worker);
                using RegistryWriter writer = new(served.Address);
                using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = served.Address };
                try
                {
                    // Runs until the connection breaks. Workers share repositories and layers; each tag belongs to one worker.
                    for (int i = 0; ; i++)
                    {
                        string repository = $"apps/{random.Next(2)}";
                        string tag = $"w{worker}-{random.Next(5)}";
                        bool deletes = random.Next(4) == 0;
                        string? digest = null;
                        if (!deletes)
                        {
                            byte[] shared = new byte[20_000];
                            shared.AsSpan().Fill((byte)random.Next(6));
                            digest = (await writer.PushImageAsync(
                                repository, null, shared, [.. $"{seed} {worker} {i}".Select(c => (byte)c)])).Digest;
                        }

                        underWay[(repository, tag)] = digest;
                        if (deletes)
                            await DeleteAsync(client, repository, tag);
                        else
                            await PutTagAsync(client, repository, tag, digest!);
                        confirmed[(repository, tag)] = digest;
                        underWay.TryRemove((repository, tag), out _);
                        if (Interlocked.Increment(ref count) == moment)
                            reached.TrySetResult();
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    // It was killed.
                }
            })),
        ];
        Task ended = Task.WhenAll(workers);
        if (await Task.WhenAny(reached.Task, ended).WaitAsync(TimeSpan.FromMinutes(2)) == ended)
            await ended;
        await served.KillAsync();
        await ended.WaitAsync(TimeSpan.FromMinutes(1));
        return count;
    }

    private static async Task CheckAsync(
        string storage, ConcurrentDictionary<(string Repository, string Tag), string?> confirmed,
        ConcurrentDictionary<(string Repository, string Tag), string?> underWay)
    {
        // Every file under the name of a digest has that digest, even one that no manifest names.
        string blobs = Path.Combine(storage, "docker", "registry", "v2", "blobs");
        foreach (string file in Directory.EnumerateFiles(blobs, "data", SearchOption.AllDirectories))
        {
            await using FileStream stream = File.OpenRead(file);
            Assert.AreEqual(Path.GetFileName(Path.GetDirectoryName(file)),
                Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)), file);
        }

        using Served served = await Served.StartAsync(storage);
        using RegistryContent content = new(served.Address);
        HashSet<string> verified = [];
        IReadOnlyList<string> repositories = await content.RepositoriesAsync();
        foreach ((string repository, string tag) in confirmed.Where(entry => entry.Value is not null).Select(entry => entry.Key))
            Assert.Contains(repository, repositories, tag);
        foreach (string repository in repositories)
        {
            Dictionary<string, string> there = [];
            foreach (string tag in await content.TagsAsync(repository))
            {
                there[tag] = (await content.ManifestAsync(repository, tag)).Digest;
                await content.AssertCompleteAsync(repository, tag, verified);
            }

            foreach (((string Repository, string Tag) key, string? digest) in confirmed.Where(entry => entry.Key.Repository == repository))
            {
                // A change without an answer may have happened or not.
                string? found = there.GetValueOrDefault(key.Tag);
                if (underWay.TryGetValue(key, out string? maybe) && found == maybe)
                    confirmed[key] = found;
                else
                    Assert.AreEqual(digest, found, $"{repository}:{key.Tag}");
            }
        }

        underWay.Clear();
        await served.KillAsync();
    }

    private static async Task PutTagAsync(HttpClient client, string repository, string tag, string digest)
    {
        using HttpResponseMessage manifest = await client.GetAsync($"v2/{repository}/manifests/{digest}");
        using ByteArrayContent body = new(await manifest.Content.ReadAsByteArrayAsync());
        body.Headers.ContentType = manifest.Content.Headers.ContentType;
        using HttpResponseMessage put = await client.PutAsync($"v2/{repository}/manifests/{tag}", body);
        Assert.AreEqual(201, (int)put.StatusCode);
    }

    private static async Task DeleteAsync(HttpClient client, string repository, string tag)
    {
        using HttpResponseMessage answer = await client.DeleteAsync($"v2/{repository}/manifests/{tag}");
        Assert.IsTrue((int)answer.StatusCode is 202 or 404, answer.ToString());
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;

    /// <summary><c>serve</c> in a separate process.</summary>
    private sealed class Served(Process process, Uri address, Task<string> error) : IDisposable
    {
        public Uri Address => address;

        public static async Task<Served> StartAsync(string storage)
        {
            ProcessStartInfo start = Cli.StartInfo(await PackedTool.PathAsync(), ["serve", "--folder", storage, "--listen", "127.0.0.1:0"]);
            foreach ((string name, string? value) in PackedTool.DotnetEnvironment())
                start.Environment[name] = value;
            Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string? address = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
            return new Served(process, new Uri(address ?? throw new InvalidOperationException(await error)), error);
        }

        public async Task KillAsync()
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            await error;
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }
}
