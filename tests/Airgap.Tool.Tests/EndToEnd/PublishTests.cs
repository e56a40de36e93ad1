using System.Collections.Concurrent;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>publish</c> relocates the bundles of a project.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PublishTests : PublishTestBase
{
    [TestMethod]
    public async Task Project_IsPublishedToARegistry_AsReleaseByDefault()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(
            bench,
            """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" />""");

        (CliResult result, JsonElement document) = await bench.RunJsonAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        string folder = bench.Folder[Path.Combine("App", "bin", "Release", "net10.0", "airgap")];
        string manifest = await File.ReadAllTextAsync(Path.Combine(folder, "manifests", "simple-package-repository.packagerepository.yml"));
        Assert.Contains($"image: final.local:5000/apps/simple-app-bundle@{Digest}", manifest);
        Assert.IsTrue(File.Exists(Path.Combine(folder, "relocation.json")));
        Assert.Contains("packageRepository",
            document.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("kind").GetString()).ToArray());
        using RegistryContent content = new(bench.Registry.Address);
        Assert.Contains("v1.0.0", (await content.TagsAsync("apps/simple-app-bundle")).ToArray());
        Assert.IsFalse(Directory.Exists(bench.Folder[Path.Combine("App", "obj")]), "Nothing is built or restored.");
    }

    [TestMethod]
    public async Task ASummaryAndATimelineOfAnotherProject_AreReplacedWithAWarning()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");
        Directory.CreateDirectory(bench.Folder["Other"]);
        File.Copy(bench.Folder["App/App.csproj"], bench.Folder["Other/Other.csproj"]);
        string[] shared = ["-p", "AirgapRegistry=final.local:5000/apps", "-p", $"AirgapSummary={bench.Folder["summary.md"]}",
            "-p", $"AirgapTimeline={bench.Folder["timeline.json"]}"];

        CliResult first = await bench.RunAsync(["publish", "App", .. shared]);
        CliResult again = await bench.RunAsync(["publish", "App", .. shared]);
        CliResult second = await bench.RunAsync(["publish", "Other", .. shared]);

        Assert.AreEqual(0, second.ExitCode, second.Error);
        Assert.DoesNotContain("AIRGAP2211", first.Error + again.Error);
        foreach (string file in (string[])["summary.md", "timeline.json"])
            Assert.Contains($"'{bench.Folder[file]}' was written by the publish of another project, 'App' in '{bench.Folder["App"]}'",
                second.Error);

        CliResult flagged = await bench.RunAsync(
            "publish", "App", "-p", "AirgapRegistry=final.local:5000/apps", "--summary", bench.Folder["summary.md"]);
        Assert.Contains("another project, 'Other' in", flagged.Error);
    }

    [TestMethod]
    public async Task AProject_IsAppliedToTheClusterThatIsNamedTwice()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        const string Repository = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories/simple-package-repository";
        server.On("PATCH", Repository, KubernetesAnswer.Json(201, """{"metadata":{"generation":1}}"""));
        server.WriteKubeconfig(bench.Folder["config"]);
        bench.Environment["NO_PROXY"] = "127.0.0.1";
        bench.Environment["KUBECONFIG"] = bench.Folder["config"];
        await WriteProjectAsync(
            bench,
            """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" Namespace="packages" />""");
        string[] publish = ["publish", "App", "-p", "AirgapRegistry=final.local:5000/apps", "-p", "AirgapApply=true", "-p",
            "AirgapApplyWait=none", "-p"];

        CliResult other = await bench.RunAsync([.. publish, "AirgapApplyContext=production"]);
        other.AssertFailed("AIRGAP4140");
        Assert.IsEmpty(server.Requests);
        Assert.DoesNotContain(request => request.Repository == "apps/simple-app-bundle", bench.Registry.Requests);

        (CliResult result, JsonElement document) = await bench.RunJsonAsync([.. publish, "AirgapApplyContext=fake"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.Contains($"final.local:5000/apps/simple-app-bundle@{Digest}",
            server.Requests.Single(request => request.Method == "PATCH").Body);
        Assert.AreEqual("created", document.GetProperty("objects")[0].GetProperty("outcome").GetString());
        Assert.EndsWith("; fake: 1 object applied", document.GetProperty("summary").GetString()!);
        Assert.AreEqual("publish", document.GetProperty("command").GetString());
    }

    [TestMethod]
    public async Task ProjectSaysHowRegistriesAreReached_AndAFlagSaysItBetter()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        ConcurrentDictionary<string, int> tries = [];
        bench.Registry.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.ManifestPut)
                return null;
            tries.AddOrUpdate($"{request.Repository}@{request.Reference}", 1, (_, count) => count + 1);
            return Fault.Status(500);
        };
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");
        string[] publish = ["publish", "App", "-p", "AirgapRetryCount=1", "-p"];

        CliResult once = await bench.RunAsync([.. publish, "AirgapRegistry=final.local:5000/once"]);

        Assert.AreEqual(1, once.ExitCode, once.Error);
        Assert.AreEqual(1, TriesUnder("once"), once.Error);

        // Uses another repository, since a request that the first run abandoned may reach the registry after that run.
        CliResult twice = await bench.RunAsync([.. publish, "AirgapRegistry=final.local:5000/twice", "--registry-retry-count", "2"]);
        Assert.AreEqual(1, twice.ExitCode, twice.Error);
        Assert.AreEqual(2, TriesUnder("twice"), twice.Error);

        int TriesUnder(string folder) =>
            tries.Where(one => one.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Max(one => one.Value);
    }

    [TestMethod]
    public async Task Sample_IsPublished()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        TempFolder.Copy(Path.Combine(Fixtures.RepositoryRoot, "samples", "SimpleApp"), bench.Folder["SimpleApp"]);

        CliResult result = await bench.RunAsync(
            "publish", "SimpleApp", "-p:SourceRegistry=registry.local:5055;AirgapRegistry=final.local:5000/apps", "-p",
            "AirgapOutputPath=out/");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.StartsWith($"final.local:5000/apps/simple-app-bundle@{Digest}", result.Output);
        Assert.Contains(Path.Combine("SimpleApp", "out", "manifests", "simple-package-repository.packagerepository.yml"), result.Output);
        Assert.IsTrue(File.Exists(
            bench.Folder[Path.Combine("SimpleApp", "out", "manifests", "simple-package-repository.packagerepository.yml")]));
    }

    [TestMethod]
    public async Task Archive_IsGolden_AndTheConfigurationIsTheOneAskedFor()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(
            bench,
            """<ImgpkgBundle Condition="'$(Configuration)' == 'Debug'" Include="registry.local:5055/user1/nested-bundle:v1.0.0" />""");

        CliResult result = await bench.RunAsync(
            "publish", "App/App.csproj", "-c", "Debug", "-p:AirgapArchive=../bundle.tar", "-p:AirgapArtifacts=none");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar")), await File.ReadAllBytesAsync(bench.Folder["bundle.tar"]));
        Assert.Contains("1 bundle", result.Output);
    }

    [TestMethod]
    public async Task WithoutADestination_AWarningSaysWhatToSet()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");

        CliResult result = await bench.RunAsync("publish", "App");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("dotnet-airgap: Warning: AIRGAP2101: ", result.Error);
        Assert.Contains("AirgapRegistry", result.Error);
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task Lock_IsThatOfTheProject()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");
        string lockFile = bench.Folder[Path.Combine("App", "airgap.lock.json")];

        (CliResult unlocked, JsonElement refusal) =
            await bench.RunJsonAsync("publish", "App", "-p:AirgapRegistry=final.local:5000/apps;AirgapLockedMode=true");
        (CliResult updated, JsonElement document) = await bench.RunJsonAsync("publish", "App", "-p", "AirgapUpdateLock=true");
        CliResult locked = await bench.RunAsync("publish", "App", "-p:AirgapRegistry=final.local:5000/apps;AirgapLockedMode=true");

        Assert.AreEqual(1, unlocked.ExitCode);
        Assert.AreEqual("AIRGAP2034", refusal.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.AreEqual(6, refusal.GetProperty("errors")[0].GetProperty("line").GetInt32());
        Assert.AreEqual(0, updated.ExitCode, updated.Output);
        Assert.AreEqual("1 tag locked: 1 added", document.GetProperty("summary").GetString());
        Assert.AreEqual("projectLock", document.GetProperty("files")[0].GetProperty("kind").GetString());
        Assert.Contains($"\"registry.local:5055/user1/simple-app-bundle:v1.0.0\": \"{Digest}\"", await File.ReadAllTextAsync(lockFile));
        Assert.AreEqual(0, locked.ExitCode, locked.Error);
    }

    [TestMethod]
    public async Task DryRun_MovesNothing_AndWritesThePlanWhereItIsAskedFor()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");

        (CliResult result, JsonElement document) = await bench.RunJsonAsync(
            "publish", "App", "-p", "AirgapRegistry=final.local:5000/apps", "--dry-run", "--plan", "out/plan.json");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Schemas.AssertValid("plan", document.GetProperty("plan").GetRawText());
        Schemas.AssertValid("plan", await File.ReadAllTextAsync(bench.Folder[Path.Combine("out", "plan.json")]));
        Assert.IsFalse(Directory.Exists(bench.Folder[Path.Combine("App", "bin")]));
        Assert.IsEmpty(bench.Registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
    }
}
