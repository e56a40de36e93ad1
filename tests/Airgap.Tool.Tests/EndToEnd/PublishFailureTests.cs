using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Wrong projects and content are refused with their location.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PublishFailureTests : PublishTestBase
{
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
    public async Task AListOfArtifactsThatCannotBeWritten_IsAWarning_AndHidesNoError()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        const string Listed = "<TargetFramework>net10.0</TargetFramework><_AirgapArtifactList>listed</_AirgapArtifactList>" +
            "<AirgapRegistry>final.local:5000/apps</AirgapRegistry><AirgapKeepGoing>true</AirgapKeepGoing>";
        const string Simple = """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />""";
        Directory.CreateDirectory(bench.Folder["App/listed"]);

        await WriteProjectAsync(bench, Simple, Listed);
        CliResult done = (await bench.RunAsync("publish", "App")).EnsureSuccess();
        Assert.Contains("AIRGAP2213", done.Error);
        Assert.Contains(bench.Folder["App/listed"], done.Error);
        Assert.Contains("1 bundle", done.Output);

        await WriteProjectAsync(bench, Simple + """<ImgpkgBundle Include="registry.local:5055/user1/plain:1" />""", Listed);
        CliResult failed = await bench.RunAsync("publish", "App");
        failed.AssertFailed("AIRGAP2004");
        Assert.Contains("AIRGAP2213", failed.Error);
    }

    [TestMethod]
    public async Task SeveralProjects_WantAChoice()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, "");
        await File.WriteAllTextAsync(bench.Folder[Path.Combine("App", "Other.csproj")], "<Project />");

        CliResult result = await bench.RunAsync("publish", "App");

        result.AssertFailed("several project files");
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

        // MSBuild compares without case.
        foreach (string yes in (string[])["true", "True"])
        {
            await WriteProjectAsync(bench, $"""<ProjectReference Include="../Web/Web.csproj" AirgapImage="{yes}" />""");
            result = await bench.RunAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");
            result.AssertFailed("AIRGAP2058");
        }

        await WriteProjectAsync(bench, """<ProjectReference Include="../Web/Web.csproj" AirgapImage="yes" />""");
        result = await bench.RunAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");
        result.AssertFailed("AIRGAP2022", "has the metadata AirgapImage with the value 'yes'");
        Assert.Contains("App.csproj(", result.Error);
        await WriteProjectAsync(bench, """<ProjectReference Include="../Web/Web.csproj" AirgapImage="no" />""");
        (await bench.RunAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps")).EnsureSuccess();
    }
}
