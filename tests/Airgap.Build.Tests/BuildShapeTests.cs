using System.Text;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>The ways to run a build, and the kinds of projects.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class BuildShapeTests
{
    [TestMethod]
    [DataRow("-mt")]
    [DataRow("-graph")]
    [DataRow("-isolate")]
    public async Task PublishRelocatesInEveryKindOfBuild(string option)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        await project.RestoreAsync();
        (await project.PublishAsync("--no-restore", option, $"-p:AirgapRegistry={source.Host}/apps")).Succeeded();
        Assert.IsTrue(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task AScriptGetsTheArtifactsAsTargetResult()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        DotnetResult result = (await project.PublishAsync(
            $"-p:AirgapRegistry={source.Host}/apps", "-getTargetResult:PublishImgpkgBundles", "-getItem:ImgpkgRelocated")).Succeeded();

        // MSBuild prints warnings after the document.
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(result.Output));
        using JsonDocument json = JsonDocument.ParseValue(ref reader);
        JsonElement target = json.RootElement.GetProperty("TargetResults").GetProperty("PublishImgpkgBundles");
        Assert.AreEqual("Success", target.GetProperty("Result").GetString());
        Dictionary<string, string> files = target.GetProperty("Items").EnumerateArray()
            .ToDictionary(item => item.GetProperty("Kind").GetString()!, item => item.GetProperty("Identity").GetString()!);
        Assert.AreEqual(project.Manifest, files["PackageRepository"]);
        Assert.AreEqual(project.Report, files["Report"]);
        Assert.EndsWith(".bundle-lock.yml", files["Lock"]);
        JsonElement relocated = json.RootElement.GetProperty("Items").GetProperty("ImgpkgRelocated")[0];
        Assert.AreEqual($"{source.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}", relocated.GetProperty("Identity").GetString());
        Assert.AreEqual(TestProject.SimpleDigest, relocated.GetProperty("Digest").GetString());
    }

    [TestMethod]
    public async Task AProjectWithoutCodeRelocatesAndCleans()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        File.WriteAllText(project.ProjectFile, $"""
            <Project>
              <Import Project="{PackedPackage.NoTargetsSdk}/Sdk.props" />
              {File.ReadAllText(project.ProjectFile).Replace("<Project Sdk=\"Microsoft.NET.Sdk\">", "", StringComparison.Ordinal).Replace("</Project>", "", StringComparison.Ordinal)}
              <Import Project="{PackedPackage.NoTargetsSdk}/Sdk.targets" />
            </Project>
            """);

        (await project.PublishAsync($"-p:AirgapRegistry={source.Host}/apps")).Succeeded();

        Assert.IsTrue(File.Exists(project.Manifest));
        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsFalse(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task WhatAPublishWritesIntoTheProjectsFolderIsNotPublishedWithTheApplication()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            TestProject.SimpleBundle + """<Content Include="out/plan.json" CopyToPublishDirectory="PreserveNewest" />""",
            "<TargetFramework>net10.0</TargetFramework><UseAppHost>false</UseAppHost><AirgapUseLockFile>true</AirgapUseLockFile>"
            + "<AirgapOutputPath>out</AirgapOutputPath>"
            + "<AirgapReceipt Condition=\"'$(AirgapArchive)' == ''\">receipt.json</AirgapReceipt><AirgapTimeline>timeline.json</AirgapTimeline><AirgapAuditLog>audit.json</AirgapAuditLog>",
            "Microsoft.NET.Sdk.Web").Reaching(source);
        File.WriteAllText(project["Thing.cs"], "namespace App;\n\npublic static class Thing { public static void Main() { } }\n");
        File.WriteAllText(project["appsettings.json"], "{}");
        Directory.CreateDirectory(project["out"]);
        File.WriteAllText(project["out/others.json"], "{}");
        (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps")).Succeeded();
        (await project.RelocateAsync("-p:AirgapArchive=b.tar", "-p:AirgapArchiveVolumeSize=40kB")).Succeeded();
        (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps", "-p:AirgapDryRun=true")).Succeeded();
        string[] ours = ["airgap.lock.json", "receipt.json", "timeline.json", "audit.json", "b.tar.parts.json", "out/plan.json",
            "out/relocation.json"];
        string missing = string.Join(' ', ours.Where(file => !File.Exists(project[file])));
        Assert.AreEqual("", missing, "each is there before the publish");

        (await project.PublishAsync("-p:AirgapOnPublish=false")).Succeeded();

        string published = project["bin/Release/net10.0/publish"];
        Assert.AreSequenceEqual(
            new[] { "App.deps.json", "App.runtimeconfig.json", "App.staticwebassets.endpoints.json", "appsettings.json",
                "out/others.json", "out/plan.json" },
            Directory.GetFiles(published, "*.json", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(published, file).Replace('\\', '/')).Order(StringComparer.OrdinalIgnoreCase));
    }

    [TestMethod]
    public async Task TheTerminalLoggerShowsOneResultLine()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        DotnetResult result = (await project.PublishAsync("-tl:on", $"-p:AirgapRegistry={source.Host}/apps")).Succeeded();
        Assert.Contains("airgap/", result.Output);
        Assert.Contains("(1 bundle: 1 ", result.Output);
        string line = result.Lines("(1 bundle: 1 ")[0];
        Assert.Contains("; beside it: publish", line, "The place of the publish is not lost.");
        string link = line.Split("\u001b]8;;")[1].Split('\u001b')[0];
        Assert.EndsWith("/bin/Release/net10.0/airgap", link.Replace('\\', '/'), "The link is the folder alone.");
    }

    [TestMethod]
    public async Task TwoProjectsInOneProcessKeepTheirFoldersApart()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string elsewhere = Directory.CreateDirectory(project["decoy"]).FullName;
        foreach (string name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(project[name]);
            File.Copy(project.ProjectFile, project[$"{name}/{name}.csproj"]);
        }

        File.WriteAllText(project["both.proj"], """
            <Project>
              <ItemGroup>
                <Both Include="one/one.csproj;two/two.csproj" />
              </ItemGroup>
              <Target Name="Restore">
                <MSBuild Projects="@(Both)" Targets="Restore" />
              </Target>
              <Target Name="Relocate">
                <MSBuild Projects="@(Both)" Targets="PublishImgpkgBundles" BuildInParallel="true" />
              </Target>
            </Project>
            """);
        string[] arguments = [$"-p:RestoreSources={PackedPackage.Feed}", $"-p:AirgapRegistry={source.Host}/apps",
            "-p:AirgapOutputPath=out/", "-p:Configuration=Release"];
        (await Dotnet.RunAsync(elsewhere, ["msbuild", project["both.proj"], "-t:Restore", .. arguments], project.Environment)).Succeeded();

        DotnetResult result = (await Dotnet.RunAsync(
            elsewhere, ["msbuild", project["both.proj"], "-t:Relocate", "-mt", "-m:2", "-tl:off", .. arguments], project.Environment))
            .Succeeded();

        Assert.IsTrue(File.Exists(project["one/out/relocation.json"]), result.Output);
        Assert.IsTrue(File.Exists(project["two/out/relocation.json"]), result.Output);
        Assert.IsEmpty(Directory.GetFileSystemEntries(elsewhere));
    }

    [TestMethod]
    public async Task TheTargetUsesNoCurrentDirectory()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string elsewhere = Directory.CreateDirectory(project["decoy"]).FullName;
        DotnetResult result = (await Dotnet.RunAsync(
            elsewhere,
            ["msbuild", project.ProjectFile, "-restore", "-t:PublishImgpkgBundles", "-p:Configuration=Release",
                $"-p:RestoreSources={PackedPackage.Feed}", $"-p:AirgapRegistry={source.Host}/apps", "-p:AirgapOutputPath=out/", "-mt"],
            project.Environment)).Succeeded();
        Assert.IsTrue(File.Exists(project["out/relocation.json"]), result.Output);
        Assert.IsEmpty(Directory.GetFileSystemEntries(elsewhere));
    }
}
