using System.Text.Json;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>diff</c> and <c>prune</c> over HTTP, in the test's process.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class KeptTests
{
    private static readonly string s_lock = Fixtures.Golden("simple-app-bundle.bundle-lock.yml");

    [TestMethod]
    public async Task DiffSaysTheSameDifferentAndFailed()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string mirror = $"{registry.Host}/mirror/simple-app-bundle";
        CliResult same = await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror);
        Assert.AreEqual(0, same.ExitCode, same.Error);
        Assert.Contains("no difference", same.Output);

        CliResult different = await InProcess.RunAsync(
            "diff", "--lock", s_lock, "--to-repo", $"{registry.Host}/mirror/nested-bundle", "--json");
        Assert.AreEqual(2, different.ExitCode, different.Error);
        JsonElement difference = JsonDocument.Parse(different.Output).RootElement.GetProperty("difference");
        Assert.AreEqual("v1.0.0", difference.GetProperty("changed")[0].GetProperty("tag").GetString());
        Assert.IsGreaterThan(0, difference.GetProperty("extra").GetArrayLength());

        CliResult failed = await InProcess.RunAsync("diff", "--lock", s_lock);
        Assert.AreEqual(1, failed.ExitCode);
        Assert.Contains("AIRGAP2010", failed.Error);
    }

    [TestMethod]
    public async Task AProjectIsComparedByWhatItDeclares()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><ImgpkgBundle Include="{registry.Host}/mirror/simple-app-bundle:v1.0.0" /></ItemGroup>
            </Project>
            """);
        string place = $"{registry.Host}/apps/simple-app-bundle";
        string[] diff = ["diff", folder["App.csproj"], "-p", $"AirgapRegistry={registry.Host}/apps", "--to-repo"];

        CliResult before = await InProcess.RunAsync([.. diff, place]);
        Assert.AreEqual(0, (await InProcess.RunAsync(
            "copy", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", place)).ExitCode);
        CliResult same = await InProcess.RunAsync([.. diff, place]);
        using HttpClient other = new() { BaseAddress = registry.Address };
        await TagAsync(other, "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", "more", "apps/simple-app-bundle");
        CliResult more = await InProcess.RunAsync([.. diff, place]);
        CliResult allowed = await InProcess.RunAsync([.. diff, place, "--allow-extra"]);
        CliResult elsewhere = await InProcess.RunAsync([.. diff, $"{registry.Host}/apps/other"]);

        Assert.AreEqual(2, before.ExitCode, before.Error);
        Assert.Contains("lacking", before.Output);
        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        Assert.AreEqual(2, more.ExitCode, more.Error);
        Assert.Contains("+ tag more", more.Output);
        Assert.AreEqual(0, allowed.ExitCode, allowed.Error);
        Assert.AreEqual(1, elsewhere.ExitCode);
        Assert.Contains("AIRGAP2151", elsewhere.Error);
    }

    [TestMethod]
    public async Task AnImportIsComparedByItsReceipt()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string place = $"{registry.Host}/new/copy";
        CliResult copied = await InProcess.RunAsync(
            "copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", place, "--receipt", folder["receipt.json"]);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        string[] diff = ["diff", "--receipt", folder["receipt.json"], "--to-repo", place, "--allow-extra"];

        CliResult same = await InProcess.RunAsync(diff);
        using HttpClient other = new() { BaseAddress = registry.Address };
        using HttpResponseMessage gone = await other.DeleteAsync(
            "v2/new/copy/manifests/sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4");
        Assert.IsTrue(gone.IsSuccessStatusCode);
        CliResult lacks = await InProcess.RunAsync(diff);
        await File.WriteAllTextAsync(
            folder["receipt.json"], (await File.ReadAllTextAsync(folder["receipt.json"]))
            .Replace("sha256:", "sha256:0", StringComparison.Ordinal));
        CliResult broken = await InProcess.RunAsync(diff);

        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        Assert.AreEqual(2, lacks.ExitCode, lacks.Output + lacks.Error);
        Assert.Contains("cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", lacks.Output);
        Assert.AreEqual(1, broken.ExitCode);
        Assert.Contains("AIRGAP2114", broken.Error);
    }

    [TestMethod]
    public async Task APlanDoesNotReplaceWhatItKeeps()
    {
        using TempFolder folder = new();
        File.Copy(s_lock, folder["keep.yml"]);

        CliResult result = await InProcess.RunAsync(
            "prune", "--keep", folder["keep.yml"], "--repo", "127.0.0.1:1/x", "--plan", Path.Combine(folder.Path, ".", "keep.yml"));

        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("AIRGAP2112", result.Error);
        Assert.AreEqual(await File.ReadAllTextAsync(s_lock), await File.ReadAllTextAsync(folder["keep.yml"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task WhatIsKeptIsNoPipe()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        Task write = Task.Run(() =>
        {
            using FileStream pipe = new(folder["pipe"], FileMode.Open, FileAccess.Write);
        });

        CliResult result = await InProcess.RunAsync("prune", "--keep", folder["pipe"], "--repo", "127.0.0.1:1/x");
        await write;

        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("AIRGAP3004", result.Error);
    }

    [TestMethod]
    public async Task APublishIsComparedByItsReport()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/simple-app-bundle";
        CliResult copied = await InProcess.RunAsync("copy", "-b", $"{mirror}:v1.0.0", "--to-repo", $"{registry.Host}/new/copy", "--json");
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        string items = JsonDocument.Parse(copied.Output).RootElement.GetProperty("items").GetRawText();
        string report = $$"""
            { "schemaVersion": 1, "summary": "", "warnings": [], "elapsedSeconds": 1,
              "totals": { "copied": { "count": 0, "bytes": 0 }, "mounted": { "count": 0, "bytes": 0 }, "present": { "count": 0, "bytes": 0 } },
              "items": [ { "kind": "bundle", "include": "x", "source": "x", "outcome": "copied", "tag": "v1.0.0", "images": {{items}},
                "blobs": { "copied": { "count": 0, "bytes": 0 }, "mounted": { "count": 0, "bytes": 0 }, "present": { "count": 0, "bytes": 0 } } } ] }
            """;
        await File.WriteAllTextAsync(folder["relocation.json"], report);

        CliResult same = await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", $"{registry.Host}/new/copy");
        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        CliResult elsewhere = await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", mirror);
        Assert.AreEqual(1, elsewhere.ExitCode);
        Assert.Contains("AIRGAP2151", elsewhere.Error);
        await File.WriteAllTextAsync(
            folder["relocation.json"], report.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 9", StringComparison.Ordinal));
        Assert.Contains("AIRGAP2160",
            (await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", mirror)).Error);
    }

    [TestMethod]
    public async Task APruneIsPlannedReadAndCarriedOut()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/nested-bundle";
        string[] plan = ["prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"]];
        await MoveTagAwayAsync(registry.Address);
        registry.Clear();

        // Files of a checkout are as old as it is.
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
    public async Task ATagThatIsSetInTheMomentOfARemovalKeepsItsManifest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/nested-bundle";
        await MoveTagAwayAsync(registry.Address);
        // As old as a grace wants it: a time of the same second could not be told from the next.
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
    public async Task APruneOfDockersRegistryIsFinishedByOurGarbageCollection()
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
            Assert.AreEqual(1, early.ExitCode);
            Assert.Contains("AIRGAP2163", early.Error);

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
    public async Task APruneWaitsForNoRelocation()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        RepositoryName mirror = RepositoryName.Parse($"{registry.Host}/mirror/simple-app-bundle");
        using (await DestinationLock.OfUser(TimeSpan.Zero)
            .AcquireAsync(new RelocationDestination.Repository(mirror), SilentObserver.Instance, CancellationToken.None))
        {
            CliResult held = await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror.ToString());
            Assert.AreEqual(1, held.ExitCode);
            Assert.Contains("AIRGAP3015", held.Error);
        }

        Assert.AreEqual(0, (await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", mirror.ToString())).ExitCode);
    }

    [TestMethod]
    [DataRow("copy -b {host}/mirror/nested-bundle:v1.0.0 --to-repo {host}/mirror/simple-app-bundle")]
    [DataRow("push -b {host}/mirror/simple-app-bundle:pushed -f {folder}")]
    public async Task APruneRefusesWhileACopyOrAPushRuns(string line)
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
        Assert.AreEqual(1, held.ExitCode);
        Assert.Contains("AIRGAP3015", held.Error);
        Assert.Contains("another relocation of this user", held.Error);
        Assert.AreEqual(
            0, (await InProcess.RunAsync("prune", "--keep", s_lock, "--repo", $"{registry.Host}/mirror/simple-app-bundle")).ExitCode);
    }

    [TestMethod]
    public async Task APruneThatCannotSeeWhetherARelocationRuns_SaysSo()
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

    [TestMethod]
    public async Task ALockBringsABundleFromOneMirrorToTheNext()
    {
        await using RegistryFixture first = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture second = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        CliResult copied = await InProcess.RunAsync(
            "copy", "-b", $"{first.Host}/mirror/nested-bundle:v1.0.0", "--to-repo", $"{first.Host}/stage/nested-bundle", "--lock-output",
            folder["stage.yml"]);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        CliResult different = await InProcess.RunAsync(
            "diff", "--lock", folder["stage.yml"], "--to-repo", $"{second.Host}/prod/nested-bundle");
        Assert.AreEqual(2, different.ExitCode, different.Error);

        CliResult promoted = await InProcess.RunAsync(
            "copy", "--lock", folder["stage.yml"], "--to-repo", $"{second.Host}/prod/nested-bundle", "--lock-output", folder["prod.yml"]);
        Assert.AreEqual(0, promoted.ExitCode, promoted.Error);
        Assert.IsTrue((await File.ReadAllTextAsync(folder["prod.yml"]))
            .Contains($"{second.Host}/prod/nested-bundle@", StringComparison.Ordinal));
        foreach (string name in (string[])["stage.yml", "prod.yml"])
            Assert.AreEqual(
                0, (await InProcess.RunAsync("diff", "--lock", folder[name], "--to-repo", $"{second.Host}/prod/nested-bundle")).ExitCode,
                name);
    }

    [TestMethod]
    [DataRow("AIRGAP2009", "prune --repo localhost:1/a")]
    [DataRow("AIRGAP2010", "prune --keep {lock}")]
    [DataRow("AIRGAP2011", "prune --keep {lock} --execute plan.json")]
    [DataRow("AIRGAP2022", "prune --keep {lock} --repo localhost:1/a --grace soon")]
    [DataRow("AIRGAP2154", "prune --execute {lock}")]
    [DataRow("AIRGAP3001", "prune --keep none.yml --repo localhost:1/a")]
    [DataRow("AIRGAP2009", "diff --to-repo localhost:1/a")]
    [DataRow("AIRGAP2009", "diff x.csproj --lock {lock} --to-repo localhost:1/a")]
    public async Task WhatCannotBeMeantIsRefused(string code, string line)
    {
        CliResult result = await InProcess.RunAsync([.. line.Split(' ').Select(word => word == "{lock}" ? s_lock : word)]);
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains(code, result.Error);
    }

    // In the repository of the nested bundle the lock's tag stands for that one.
    private static async Task MoveTagAwayAsync(Uri address)
    {
        using HttpClient client = new() { BaseAddress = address };
        await TagAsync(client, "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", "v1.0.0");
    }

    private static async Task TagAsync(HttpClient client, string digest, string tag, string repository = "mirror/nested-bundle")
    {
        using HttpRequestMessage get = new(HttpMethod.Get, $"v2/{repository}/manifests/{digest}");
        get.Headers.TryAddWithoutValidation("Accept", "application/vnd.docker.distribution.manifest.v2+json");
        using HttpResponseMessage manifest = await client.SendAsync(get);
        using ByteArrayContent body = new(await manifest.Content.ReadAsByteArrayAsync());
        body.Headers.ContentType = manifest.Content.Headers.ContentType;
        using HttpResponseMessage put = await client.PutAsync($"v2/{repository}/manifests/{tag}", body);
        Assert.IsTrue(put.IsSuccessStatusCode);
    }
}
