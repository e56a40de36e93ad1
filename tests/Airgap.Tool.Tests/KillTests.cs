using System.Diagnostics;
using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Tool.Tests.EndToEnd;

namespace Airgap.Tool.Tests;

/// <summary>
/// The packed tool, killed at moments that a seed chooses, and started again. AIRGAP_KILL_RUNS sets the number of kills of each route
/// (default 6); AIRGAP_KILL_SEED replays one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class KillTests
{
    private const string Bundle = "registry.local:5055/user1/nested-bundle:v1.0.0";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("registry-registry")]
    [DataRow("registry-tar")]
    [DataRow("tar-registry")]
    public async Task AKilledCopyIsCompletedByTheSameCommand(string route)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (await bench.RunAsync(Command(route, "clean"))).EnsureSuccess();
        int requests = bench.Registry.Requests.Count;
        int killed = 0;
        int? only = Number("AIRGAP_KILL_SEED");
        foreach (int seed in only is { } one ? [one] : Enumerable.Range(1, Number("AIRGAP_KILL_RUNS") ?? 6))
        {
            try
            {
                killed += await KillAsync(bench, route, seed, requests) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"AIRGAP_KILL_SEED={seed} {route}: {e.Message}", e);
            }
        }

        TestContext.WriteLine($"{route}: killed {killed} times");
        Assert.IsPositive(killed);
    }

    [TestMethod]
    public async Task VerifyTellsRightFromWrong()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (CliResult right, System.Text.Json.JsonElement document) =
            await bench.RunJsonAsync("verify", "-b", "registry.local:5055/mirror/nested-bundle:v1.0.0");
        Assert.AreEqual(0, right.ExitCode, right.Error);
        Assert.IsTrue(document.GetProperty("succeeded").GetBoolean());

        byte[] archive = await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), TestContext.CancellationToken);
        await File.WriteAllBytesAsync(bench.Folder["cut.tar"], archive[..(archive.Length / 2)], TestContext.CancellationToken);
        (CliResult wrong, document) = await bench.RunJsonAsync("verify", "--tar", "cut.tar");
        Assert.AreEqual(1, wrong.ExitCode);
        Assert.IsGreaterThan(1, document.GetProperty("errors").GetArrayLength(), "all problems, not the first");
        Assert.Contains("AIRGAP2013",
            document.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()!), "layers are missing");
        Assert.AreEqual(1, (await bench.RunAsync("verify")).ExitCode);
    }

    /// <returns>False when the tool ended before the kill.</returns>
    private async Task<bool> KillAsync(Bench bench, string route, int seed, int requests)
    {
        Random random = new(seed);
        string name = $"it{seed}";
        bench.Registry.Clear();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new();
        Task Stop()
        {
            reached.TrySetResult();
            return never.Task;
        }

        int moment = random.Next(1, requests + 1);
        int way = random.Next(3);
        int bytes = random.Next(2000);
        int count = 0;
        bench.Registry.OnRequest = (request, _) => Interlocked.Increment(ref count) != moment ? null : way switch
        {
            // Before the registry receives the request, after it processed it, and in the middle of a body.
            0 => Fault.Delay(Stop()),
            1 => Fault.Custom(async (context, registry) =>
            {
                Stream answer = context.Response.Body;
                context.Response.Body = Stream.Null;
                await registry(context);
                context.Response.Body = answer;
                await Stop().WaitAsync(context.RequestAborted);
            }),
            _ => request.Kind is RequestKind.BlobGet ? Fault.Stall(Stop(), bytes) : Fault.Delay(Stop()),
        };

        using Process tool = bench.Start(Command(route, name));
        Task output = Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await Task.WhenAny(reached.Task, tool.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(1));
        bool isKilled = reached.Task.IsCompleted;
        tool.Kill();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await output;
        never.TrySetResult();
        bench.Registry.OnRequest = null;
        if (isKilled && route == "registry-tar")
            Assert.IsFalse(File.Exists(bench.Folder[$"{name}.tar"]), "A killed run left an archive.");

        HashSet<string> finished = [.. Uploads(bench)];
        int before = bench.Registry.Requests.Count;
        (await bench.RunAsync([.. Command(route, name), .. route == "registry-tar" ? ["--resume"] : Array.Empty<string>()]))
            .EnsureSuccess();
        Assert.IsEmpty(Uploads(bench, before).Where(finished.Contains), "Finished blobs were sent again.");
        await VerifyAsync(bench, route, name);
        return isKilled;
    }

    private async Task VerifyAsync(Bench bench, string route, string name)
    {
        if (route == "registry-tar")
        {
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), TestContext.CancellationToken),
                await File.ReadAllBytesAsync(bench.Folder[$"{name}.tar"], TestContext.CancellationToken));
            (await bench.RunAsync("verify", "--tar", $"{name}.tar")).EnsureSuccess();
            return;
        }

        (await bench.RunAsync("verify", "-b", $"final.local:5055/kill/{name}:v1.0.0")).EnsureSuccess();
        using RegistryContent content = RegistryContent.At(bench.Registry.Host);
        string[] golden = await File.ReadAllLinesAsync(Fixtures.Golden("nested-bundle.mirror-tags.txt"), TestContext.CancellationToken);
        List<string> actual = [];
        foreach (string tag in await content.TagsAsync($"kill/{name}"))
            actual.Add($"{tag} {(await content.ManifestAsync($"kill/{name}", tag)).Digest}");
        Assert.AreSequenceEqual(golden, actual.Order(StringComparer.Ordinal).ToArray());
    }

    private static string[] Command(string route, string name) => route switch
    {
        "registry-registry" => ["copy", "-b", Bundle, "--to-repo", $"final.local:5055/kill/{name}"],
        "registry-tar" => ["copy", "-b", Bundle, "--to-tar", $"{name}.tar"],
        _ => ["copy", "--tar", Fixtures.Golden("nested-bundle.tar"), "--to-repo", $"final.local:5055/kill/{name}"],
    };

    /// <summary>The digests whose upload the registry finished.</summary>
    private static IEnumerable<string> Uploads(Bench bench, int from = 0) => bench.Registry.Requests
        .Skip(from)
        .Where(request => request is { Kind: RequestKind.UploadPut, Status: 201 })
        .Select(request => request.Query[request.Query.IndexOf("digest=", StringComparison.Ordinal)..])
        .ToArray();

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
