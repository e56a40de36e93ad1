using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>publish PROJECT</c>: the project is evaluated, not built, restored or changed.</summary>
[TestClass]
public sealed class PublishTests
{
    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    public async Task Project_IsPublishedToARegistry_AsReleaseByDefault()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" />""");

        (CliResult result, JsonElement document) = await bench.RunJsonAsync("publish", "App", "-p", "AirgapRegistry=final.local:5000/apps");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        string folder = bench.Folder[Path.Combine("App", "bin", "Release", "net10.0", "airgap")];
        string manifest = await File.ReadAllTextAsync(Path.Combine(folder, "simple-package-repository.packagerepository.yml"));
        Assert.Contains($"image: final.local:5000/apps/simple-app-bundle@{Digest}", manifest);
        Assert.IsTrue(File.Exists(Path.Combine(folder, "relocation.json")));
        Assert.Contains("packageRepository", document.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("kind").GetString()).ToArray());
        using RegistryContent content = new(bench.Registry.Address);
        Assert.Contains("v1.0.0", (await content.TagsAsync("apps/simple-app-bundle")).ToArray());
        Assert.IsFalse(Directory.Exists(bench.Folder[Path.Combine("App", "obj")]), "Nothing is built or restored.");
    }

    [TestMethod]
    public async Task Archive_IsGolden_AndTheConfigurationIsTheOneAskedFor()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await WriteProjectAsync(bench, """<ImgpkgBundle Condition="'$(Configuration)' == 'Debug'" Include="registry.local:5055/user1/nested-bundle:v1.0.0" />""");

        CliResult result = await bench.RunAsync("publish", "App/App.csproj", "-c", "Debug", "-p:AirgapArchive=../bundle.tar");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar")), await File.ReadAllBytesAsync(bench.Folder["bundle.tar"]));
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
        await File.WriteAllTextAsync(bench.Folder[Path.Combine("App", "global.json")], """{"sdk":{"version":"99.0.100","rollForward":"disable"}}""");

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
