using System.Collections.Concurrent;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>publish PROJECT</c>: the project is evaluated, not built, restored or changed.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PublishTests
{
    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

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
        Assert.AreEqual(1, other.ExitCode);
        Assert.Contains("AIRGAP4140", other.Error);
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
            tries.AddOrUpdate(request.Reference, 1, (_, count) => count + 1);
            return Fault.Status(500);
        };
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""");
        string[] publish = ["publish", "App", "-p", "AirgapRegistry=final.local:5000/apps", "-p", "AirgapRetryCount=1"];

        CliResult once = await bench.RunAsync(publish);

        Assert.AreEqual(1, once.ExitCode, once.Error);
        Assert.AreEqual(1, tries.Values.Max(), once.Error);
        tries.Clear();
        Assert.AreEqual(1, (await bench.RunAsync([.. publish, "--registry-retry-count", "2"])).ExitCode);
        Assert.AreEqual(2, tries.Values.Max());
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
    public async Task WrongItem_FailsWithFileAndLine()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:nope" />""");

        (CliResult result, JsonElement document) = await bench.RunJsonAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");

        Assert.AreEqual(1, result.ExitCode);
        JsonElement error = document.GetProperty("errors")[0];
        Assert.AreEqual("AIRGAP1005", error.GetProperty("code").GetString());
        Assert.EndsWith("App.csproj", error.GetProperty("file").GetString()!);
        Assert.AreEqual(6, error.GetProperty("line").GetInt32());
        Assert.IsFalse(Directory.Exists(bench.Folder[Path.Combine("App", "bin")]), "Nothing looks finished.");
    }

    [TestMethod]
    public async Task BrokenProject_FailsWithItsPlace()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Includes="registry.local:5055/a/b:1" />""");

        (CliResult result, JsonElement document) = await bench.RunJsonAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");

        Assert.AreEqual(1, result.ExitCode);
        JsonElement error = document.GetProperty("errors")[0];
        Assert.AreEqual("AIRGAP3008", error.GetProperty("code").GetString());
        Assert.AreEqual("evaluating", error.GetProperty("phase").GetString());
        Assert.EndsWith("App.csproj", error.GetProperty("file").GetString()!);
        Assert.AreEqual(6, error.GetProperty("line").GetInt32());
    }

    [TestMethod]
    public async Task SeveralFrameworks_WantAChoice()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, "", "<TargetFrameworks>net9.0;net10.0</TargetFrameworks>");

        CliResult refused = await bench.RunAsync("publish", "App");
        CliResult chosen = await bench.RunAsync("publish", "App", "-f", "net10.0");

        Assert.AreEqual(1, refused.ExitCode);
        Assert.StartsWith("dotnet-airgap: Error: AIRGAP3008: ", refused.Error);
        Assert.Contains("-f", refused.Error);
        Assert.AreEqual(0, chosen.ExitCode, chosen.Error);
        Assert.Contains("nothing to do", chosen.Output);
    }

    [TestMethod]
    public async Task ForeignGlobalJson_IsNoSdk()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, "");
        await File.WriteAllTextAsync(
            bench.Folder[Path.Combine("App", "global.json")], """{"sdk":{"version":"99.0.100","rollForward":"disable"}}""");

        CliResult result = await bench.RunAsync("publish", "App");

        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith("dotnet-airgap: Error: AIRGAP3007: ", result.Error);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [TestMethod]
    public async Task SeveralProjects_WantAChoice()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, "");
        await File.WriteAllTextAsync(bench.Folder[Path.Combine("App", "Other.csproj")], "<Project />");

        CliResult result = await bench.RunAsync("publish", "App");

        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("several project files", result.Error);
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

    [TestMethod]
    public async Task Content_BecomesABundle_AsInAPublishOfTheProject()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        TempFolder.Copy(Path.Combine(Fixtures.RepositoryRoot, "samples", "Producer"), bench.Folder["Producer"]);
        string[] selection = ["publish", "Producer", "-p:SourceRegistry=registry.local:5055/user1"];

        (CliResult result, JsonElement plan) =
            await bench.RunJsonAsync([.. selection, "-p:AirgapRegistry=final.local:5000/apps", "--dry-run"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Method is not ("GET" or "HEAD")));
        result = await bench.RunAsync(
            [.. selection, "-p:AirgapArchive=../bundle.tar;AirgapBundleRepository=final.local:5000/own/producer"]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        result = await bench.RunAsync([.. selection, "-p:AirgapRegistry=final.local:5000/apps"]);
        Assert.AreEqual(0, result.ExitCode, result.Error);

        string manifest = await File.ReadAllTextAsync(
            bench.Folder[Path.Combine("Producer", "bin", "Release", "net10.0", "airgap", "manifests", "producer.packagerepository.yml")]);
        string digest = manifest.Split("producer@")[1].Trim();
        Assert.Contains(digest, plan.ToString());
        using RegistryContent content = new(bench.Registry.Address);
        Assert.AreEqual(digest, (await content.ManifestAsync("apps/producer", "1.0.0")).Digest);
        Assert.AreEqual(digest, (await content.ManifestAsync("own/producer", "1.0.0")).Digest);
        Assert.Contains(digest, (await bench.RunAsync("describe", "--tar", "bundle.tar")).Output);
    }

    [TestMethod]
    public async Task Content_ThatIsWrong_IsToldWithItsPlaces_AndAnImageToBuildIsRefused()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """
            <ImgpkgBundleContent Include="packages\**" />
                <ImgpkgBundleImage Include="registry.local:5055/apps/gone:v1" />
            """);
        Directory.CreateDirectory(bench.Folder["App/packages"]);
        await File.WriteAllTextAsync(
            bench.Folder["App/packages/bad.yml"],
            "apiVersion: data.packaging.carvel.dev/v1alpha1\nkind: Package\nmetadata:\n  name: x\nspec:\n  refName: a.b.c\n  version: one\n");

        CliResult result = await bench.RunAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");

        Assert.AreEqual(1, result.ExitCode);
        foreach (string expected in (string[])[
            "bad.yml(4,9)", "AIRGAP4004", "bad.yml(7,12)", "AIRGAP4005", "App.csproj(7,5)", "AIRGAP2045"])
            Assert.Contains(expected, result.Error);
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Method is not ("GET" or "HEAD")));

        await WriteProjectAsync(bench, """<ProjectReference Include="../Web/Web.csproj" AirgapImage="true" />""");
        result = await bench.RunAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("AIRGAP2058", result.Error);
    }

    private static async Task WriteProjectAsync(Bench bench, string item, string framework = "<TargetFramework>net10.0</TargetFramework>")
    {
        Directory.CreateDirectory(bench.Folder["App"]);
        await File.WriteAllTextAsync(bench.Folder[Path.Combine("App", "App.csproj")], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {framework}
              </PropertyGroup>
              <ItemGroup>
                {item}
              </ItemGroup>
            </Project>

            """);
    }
}
