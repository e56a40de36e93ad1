using System.Text.Json;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>prune</c> removes what nothing kept needs.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PruneTests : KeptTestBase
{
    [TestMethod]
    public async Task APlan_DoesNotReplace_AKeptFile()
    {
        using TempFolder folder = new();
        File.Copy(s_lock, folder["keep.yml"]);

        CliResult result = await InProcess.RunAsync(
            "prune", "--keep", folder["keep.yml"], "--repo", "127.0.0.1:1/x", "--plan", Path.Combine(folder.Path, ".", "keep.yml"));

        result.AssertFailed("AIRGAP2112");
        Assert.AreEqual(await File.ReadAllTextAsync(s_lock), await File.ReadAllTextAsync(folder["keep.yml"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APipe_IsRefused_AsKeptContent()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        Task write = Task.Run(() =>
        {
            using FileStream pipe = new(folder["pipe"], FileMode.Open, FileAccess.Write);
        });

        CliResult result = await InProcess.RunAsync("prune", "--keep", folder["pipe"], "--repo", "127.0.0.1:1/x");
        await write;

        result.AssertFailed("AIRGAP3004");
    }

    [TestMethod]
    public async Task APrune_IsPlanned_AndCarriedOut()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/nested-bundle";
        string[] plan = ["prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"]];
        await MoveTagAwayAsync(registry.Address);
        registry.Clear();

        // Files of a checkout have the time of the checkout.
        foreach (string link in Directory.GetFiles(
            Path.Combine(registry.Folder, "docker/registry/v2/repositories/mirror/nested-bundle/_manifests/revisions"), "link",
            SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(link, DateTime.UtcNow);
        CliResult young = await InProcess.RunAsync(plan);
        Assert.AreEqual(0, young.ExitCode, young.Error);
        Assert.Contains("nothing to remove", young.Output);
        Assert.Contains("within the grace", young.Output);

        CliResult planned = await InProcess.RunAsync([.. plan, "--grace", "0"]);
        Assert.AreEqual(0, planned.ExitCode, planned.Error);
        string text = await File.ReadAllTextAsync(folder["prune.json"]);
        Schemas.AssertValid("prune", text);
        Assert.Contains("\"stored\"", text, "the embedded registry says how old a manifest is");
        Assert.IsEmpty(registry.Requests.Where(
            request => request.Method is not ("GET" or "HEAD") && !request.Path.Contains("/manifests/sha256:", StringComparison.Ordinal)));

        CliResult done = await InProcess.RunAsync("prune", "--execute", folder["prune.json"], "--json");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        JsonElement[] pruned = [.. JsonDocument.Parse(done.Output).RootElement.GetProperty("pruned").EnumerateArray()];
        Assert.IsTrue(pruned.All(item => item.GetProperty("outcome").GetString() == "removed"), done.Output);
        Assert.AreEqual(0, (await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror)).ExitCode,
            "what is kept is whole, and nothing else is there");
        Assert.AreEqual(0, (await InProcess.RunAsync("prune", "--execute", folder["prune.json"])).ExitCode, "again");
    }

    [TestMethod]
    public async Task ATagSetDuringARemoval_KeepsItsManifest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/nested-bundle";
        await MoveTagAwayAsync(registry.Address);
        // Older than the grace period by more than a second, because times have whole seconds.
        foreach (string link in Directory.GetFiles(
            Path.Combine(registry.Folder, "docker/registry/v2/repositories/mirror/nested-bundle/_manifests/revisions"), "link",
            SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(link, DateTime.UtcNow.AddDays(-2));
        CliResult planned = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"]);
        Assert.AreEqual(0, planned.ExitCode, planned.Error);
        string digest = JsonDocument.Parse(await File.ReadAllTextAsync(folder["prune.json"])).RootElement.GetProperty("remove")
            .EnumerateArray().First(item => item.GetProperty("kind").GetString() == "bundle").GetProperty("digest").GetString()!;
        using HttpClient other = new() { BaseAddress = registry.Address };
        bool isSet = false;
        registry.OnRequest = (request, _) =>
        {
            if (request.Method == "DELETE" && request.Path.EndsWith(digest, StringComparison.Ordinal) && !isSet)
            {
                isSet = true;
                Task.Run(() => TagAsync(other, digest, "newcomer")).GetAwaiter().GetResult();
            }

            return null;
        };

        CliResult done = await InProcess.RunAsync("prune", "--execute", folder["prune.json"]);

        Assert.IsTrue(isSet);
        Assert.AreEqual(2, done.ExitCode, done.Output + done.Error);
        Assert.Contains($"@{digest} stays: it was pushed again after the plan was made", done.Error);
        Assert.AreEqual(0, (await InProcess.RunAsync("verify", "-b", $"{mirror}:newcomer")).ExitCode, "it is whole");
    }

    [TestMethod]
    public async Task APruneOfDockersRegistry_IsCompleted_ByOurGarbageCollection()
    {
        using TempFolder folder = new();
        TempFolder.Copy(Path.Combine(Fixtures.Root, "storage"), folder["storage"]);
        string digest;
        await using (DockerRegistry registry = await DockerRegistry.StartAsync(folder["storage"]))
        {
            string mirror = $"{registry.Host}/mirror/nested-bundle";
            await MoveTagAwayAsync(registry.Address);
            CliResult planned = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"]);
            Assert.AreEqual(0, planned.ExitCode, planned.Error);
            Assert.Contains("Not before", planned.Output, "it does not say how old a manifest is");
            CliResult early = await InProcess.RunAsync("prune", "--execute", folder["prune.json"]);
            early.AssertFailed("AIRGAP2163");

            Assert.AreEqual(
                0, (await InProcess.RunAsync(
                    "prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"], "--grace", "0")).ExitCode);
            digest = JsonDocument.Parse(await File.ReadAllTextAsync(folder["prune.json"])).RootElement.GetProperty("remove")
                .EnumerateArray()
                .First(item => item.GetProperty("kind").GetString() == "locations").GetProperty("digest").GetString()!;
            CliResult done = await InProcess.RunAsync("prune", "--execute", folder["prune.json"]);
            Assert.AreEqual(0, done.ExitCode, done.Error);
            CliResult same = await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror);
            Assert.AreEqual(0, same.ExitCode, same.Output);
            Assert.IsTrue(File.Exists(registry.FileOf(digest)), "a registry frees nothing by a deletion");
        }

        CliResult collected = await InProcess.RunAsync("registry", "gc", "--folder", folder["storage"], "--grace", "0");
        Assert.AreEqual(0, collected.ExitCode, collected.Error);
        await using DockerRegistry again = await DockerRegistry.StartAsync(folder["storage"], deletes: false);
        Assert.IsFalse(File.Exists(again.FileOf(digest)));
        foreach (string bundle in (string[])["simple-app-bundle", "index-bundle", "signed-bundle", "foreign-bundle", "repo-based"])
            Assert.AreEqual(0, (await InProcess.RunAsync("verify", "-b", $"{again.Host}/mirror/{bundle}:v1.0.0")).ExitCode,
                $"{bundle} of another repository is whole");
        Assert.AreEqual(0, (await InProcess.RunAsync("verify", "-b", $"{again.Host}/mirror/nested-bundle:v1.0.0")).ExitCode,
            "what was kept is whole");
        CliResult refused = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", $"{again.Host}/mirror/nested-bundle");
        Assert.AreEqual(1, refused.ExitCode);
        Assert.Contains("AIRGAP2153", refused.Error, "a registry that deletes nothing is told before");
    }

    [TestMethod]
    public async Task APrune_DoesNotWait_WithoutARelocation()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        RepositoryName mirror = RepositoryName.Parse($"{registry.Host}/mirror/simple-app-bundle");
        using (await DestinationLock.OfUser(TimeSpan.Zero)
            .AcquireAsync(new RelocationDestination.Repository(mirror), SilentObserver.Instance, CancellationToken.None))
        {
            CliResult held = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror.ToString());
            held.AssertFailed("AIRGAP3015");
        }

        Assert.AreEqual(0, (await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror.ToString())).ExitCode);
    }

    [TestMethod]
    [DataRow("copy -b {host}/mirror/nested-bundle:v1.0.0 --to-repo {host}/mirror/simple-app-bundle")]
    [DataRow("push -b {host}/mirror/simple-app-bundle:pushed -f {folder}")]
    public async Task APrune_IsRefused_WhileACopyOrPushRuns(string line)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["files/.imgpkg"]);
        await File.WriteAllTextAsync(folder["files/.imgpkg/images.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n");
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        registry.OnRequest = (request, _) =>
        {
            if (request.Method is not ("PUT" or "POST"))
                return null;
            running.TrySetResult();
            goOn.Task.Wait(TimeSpan.FromMinutes(1));
            return null;
        };
        Task<CliResult> relocation = InProcess.RunAsync(
            [.. line.Replace("{host}", registry.Host, StringComparison.Ordinal)
                .Replace("{folder}", folder["files"], StringComparison.Ordinal).Split(' ')]);
        await running.Task.WaitAsync(TimeSpan.FromMinutes(1));
        CliResult held = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", $"{registry.Host}/mirror/simple-app-bundle");
        goOn.TrySetResult();
        Assert.AreEqual(0, (await relocation).ExitCode, (await relocation).Error);
        held.AssertFailed("AIRGAP3015", "another relocation of this user");
        Assert.AreEqual(
            0, (await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", $"{registry.Host}/mirror/simple-app-bundle")).ExitCode);
    }

    [TestMethod]
    public async Task APrune_Warns_IfItCannotDetectRelocations()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The folder of locks has another place there.");
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["no-folder"], "");
        bench.Environment["XDG_CACHE_HOME"] = bench.Folder["no-folder"];

        CliResult result = await bench.RunFreshAsync(
            "prune", "--keep", s_lock, "--repo", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("AIRGAP4143", result.Error);
    }
}
