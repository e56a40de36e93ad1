using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SolutionTests
{
    [TestMethod]
    public async Task ASolutionRelocatesWhatItsPublishableProjectsDeclare()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject first = new TestProject(TestProject.SimpleBundle).Reaching(source);
        AddProject(first, "second", """<ImgpkgBundle Include="registry.local:5055/user1/index-bundle:v1.0.0" />""", "true");
        AddProject(first, "tests", """<ImgpkgBundle Include="registry.local:5055/user1/signed-bundle:v1.0.0" />""", "false");
        AddProject(first, "again", TestProject.SimpleBundle, "true");
        AddProject(first, "plain", "", "true");
        File.WriteAllText(first["All.slnx"], """
            <Solution>
              <Project Path="App.csproj" />
              <Project Path="second/second.csproj" />
              <Project Path="tests/tests.csproj" />
              <Project Path="again/again.csproj" />
              <Project Path="plain/plain.csproj" />
            </Solution>
            """);
        File.WriteAllText(first.ProjectFile,
            File.ReadAllText(first.ProjectFile).Replace(
                "<ItemGroup>", "<ItemGroup><Compile Remove=\"second/**;tests/**;again/**;plain/**\" />", StringComparison.Ordinal));

        DotnetResult result = (await first.PublishAsync("All.slnx", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.HasCount(2, result.Lines("1 bundle: 1 copied"), result.Output);
        Assert.HasCount(1, result.Lines("1 bundle: 1 up to date"), "What two projects declare moves once.");
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.AreSequenceEqual(
            new[] { "apps/index-bundle", "apps/simple-app-bundle" }, (await content.RepositoriesAsync()).Order(StringComparer.Ordinal));
        Assert.IsTrue(File.Exists(first.Manifest));
        Assert.IsTrue(File.Exists(first["second/bin/Release/net10.0/airgap/manifests/index-bundle.packagerepository.yml"]));
    }

    [TestMethod]
    public async Task TwoProjectsOnTwoNodesMoveTheirBytesOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject first = new TestProject(TestProject.SimpleBundle).Reaching(source);
        AddProject(first, "second", TestProject.SimpleBundle, "true");
        File.WriteAllText(first["Both.slnx"],
            """<Solution><Project Path="App.csproj" /><Project Path="second/second.csproj" /></Solution>""");
        File.WriteAllText(first.ProjectFile,
            File.ReadAllText(first.ProjectFile)
            .Replace("<ItemGroup>", "<ItemGroup><Compile Remove=\"second/**\" />", StringComparison.Ordinal));
        // Neither runs in the process of the command, so they have two separate processes.
        first.Environment["MSBUILDNOINPROCNODE"] = "1";

        DotnetResult result = (await first.RunAsync(
            "build", "Both.slnx", "-t:PublishImgpkgBundles", "-m:2", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.HasCount(1, result.Lines("1 bundle: 1 copied"), result.Output);
        Assert.HasCount(1, result.Lines("1 bundle: 1 up to date"), result.Output);
        string[] sent = [.. destination.Of(RequestKind.UploadPut)
            .Select(request => request.Query[request.Query.IndexOf("digest=", StringComparison.Ordinal)..])];
        Assert.IsNotEmpty(sent);
        Assert.AreSequenceEqual(sent.Distinct(), sent, "No blob is sent twice.");
    }

    private static void AddProject(TestProject solution, string name, string items, string publishable)
    {
        Directory.CreateDirectory(solution[name]);
        File.WriteAllText(solution[$"{name}/{name}.csproj"], File.ReadAllText(solution.ProjectFile)
            .Replace(TestProject.SimpleBundle, items, StringComparison.Ordinal)
            .Replace("<UseShared", $"<IsPublishable>{publishable}</IsPublishable><UseShared", StringComparison.Ordinal));
    }
}
