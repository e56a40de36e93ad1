using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>Items and properties that a project's own targets make are used or reported.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class HookTests
{
    private const string Tool =
        "<TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><PackAsTool>true</PackAsTool><UseAppHost>false</UseAppHost>";

    [TestMethod]
    public async Task APublishOfAToolRelocates_AndItsPackDoesNot()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle, Tool).Reaching(registry);
        File.WriteAllText(project["Start.cs"], "namespace App;\n\npublic static class Start { public static void Main() { } }\n");
        string destination = $"-p:AirgapRegistry={registry.Host}/apps";

        (await project.RunAsync("pack", destination)).Succeeded();
        Assert.IsEmpty(registry.Requests);
        (await project.PublishAsync(destination)).Succeeded();

        Assert.IsTrue(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task AFileBasedAppRelocates_WithItsArtifactsBesideItsPublishFolder()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject("").Reaching(registry);
        File.Delete(project.ProjectFile);
        File.Delete(project["Thing.cs"]);
        File.WriteAllText(project["Directory.Build.props"],
            $"<Project>\n  <ItemGroup>\n    {TestProject.SimpleBundle}\n  </ItemGroup>\n</Project>");
        File.WriteAllText(project["hello.cs"], "#:package Airgap.Build@*-*\n#:property PublishAot=false\nSystem.Console.WriteLine(1);\n");

        DotnetResult result = (await project.PublishAsync("hello.cs", $"-p:AirgapRegistry={registry.Host}/apps")).Succeeded();

        Assert.IsTrue(File.Exists(project["artifacts/hello.airgap/relocation.json"]), result.Output);
        // With -p, this command reads the file as a project.
        (await Dotnet.RunAsync(project.Folder, ["clean", "hello.cs", "-c", "Release"], project.Environment)).Succeeded();
        Assert.IsFalse(File.Exists(project["artifacts/hello.airgap/relocation.json"]));
    }

    [TestMethod]
    [DataRow("""<Target Name="Make" BeforeTargets="PublishImgpkgBundles">""")]
    [DataRow("""<PropertyGroup><PublishImgpkgBundlesDependsOn>Make</PublishImgpkgBundlesDependsOn></PropertyGroup><Target Name="Make">""")]
    public async Task ItemsAndADestinationThatATargetMakesAreSeen(string target)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject("").Reaching(registry);
        Append(
            project,
            $"{target}<ItemGroup>{TestProject.SimpleBundle}</ItemGroup><PropertyGroup><AirgapRegistry>{registry.Host}/apps</AirgapRegistry></PropertyGroup></Target>");

        (await project.PublishAsync()).Succeeded();

        Assert.IsTrue(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task ADestinationForAMisspeltItemIsAWarningThatNamesTheItem()
    {
        using TestProject project = new(TestProject.SimpleBundle.Replace("<ImgpkgBundle", "<ImgpkgBundel", StringComparison.Ordinal));

        DotnetResult result = (await project.RelocateAsync("-p:AirgapRegistry=host.io/apps")).Succeeded();

        string warning = Assert.ContainsSingle(result.Lines("warning AIRGAP2106").Select(line => line.Trim()).Distinct());
        Assert.Contains("App.csproj(8,", warning);
        Assert.Contains("Did you mean ImgpkgBundle instead of ImgpkgBundel?", warning);
        string tool = (await Dotnet.RunAsync(
            project.Folder, ["exec", PackedPackage.Tool, "publish", "-p", "AirgapRegistry=host.io/apps"], project.Environment))
            .Succeeded().Output;
        Assert.Contains("AIRGAP2106", tool);
        Assert.DoesNotContain("no destination", tool);
        Assert.DoesNotContain("AIRGAP2106", (await project.RelocateAsync()).Succeeded().Output);
    }

    [TestMethod]
    [DataRow("-t:PublishImgpkgBundles", """<Target Name="ComputeVersion">""",
        "<GetPackageVersionDependsOn>$(GetPackageVersionDependsOn);ComputeVersion</GetPackageVersionDependsOn>")]
    [DataRow("-t:PublishImgpkgBundles", """<Target Name="ComputeVersion" BeforeTargets="GetAssemblyVersion">""", "")]
    [DataRow("--no-build", """<Target Name="ComputeVersion" BeforeTargets="GetAssemblyVersion">""", "")]
    public async Task TheBundlesTagIsTheVersionThatATargetSets(string how, string target, string property)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            """<ImgpkgBundleContent Include="packages\**" /><ImgpkgBundleImage Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" Id="index.docker.io/user1/simple-app-bundle:v1.0.0" />""").Reaching(registry);
        CopyPackages(project);
        Append(
            project,
            $"<PropertyGroup>{property}</PropertyGroup>{target}<PropertyGroup><Version>4.5.6-of-git</Version></PropertyGroup></Target>");
        string[] destination = [$"-p:AirgapBundleRepository={registry.Host}/own/app", "-getItem:ImgpkgProducedBundle"];
        bool isPublish = how == "--no-build";
        if (isPublish)
            (await project.RunAsync("build", "-c", "Release")).Succeeded();
        else
            await project.RestoreAsync();

        DotnetResult result = (await project.RunAsync(isPublish ? "publish" : "msbuild", [how, "-p:Configuration=Release", .. destination]))
            .Succeeded();

        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.AreEqual("4.5.6-of-git",
            json.RootElement.GetProperty("Items").GetProperty("ImgpkgProducedBundle")[0].GetProperty("Tag").GetString());
    }

    [TestMethod]
    public async Task AStaticMistakeIsFoundBeforeTheCompile_WithItsLine()
    {
        using TestProject project = new(
            """<ImgpkgBundle Include="registry.local:5055/user1/Upper:v1" />""",
            "<TargetFramework>net10.0</TargetFramework><OutputType>Library</OutputType>\n    " +
            "<AirgapConcurrency>none</AirgapConcurrency>\n    <AirgapRegistry>corp</AirgapRegistry>");

        DotnetResult result = (await project.PublishAsync()).FailedWith("AIRGAP2001");

        Assert.IsFalse(Directory.Exists(project["obj/Release"])
            && Directory.GetFiles(project["obj/Release"], "App.dll", SearchOption.AllDirectories).Length > 0, result.Output);
        Assert.Contains("App.csproj(4,6): error AIRGAP2022: The property AirgapConcurrency has the value 'none'.", result.Output);
        Assert.Contains("App.csproj(5,6): error AIRGAP2003: The property AirgapRegistry 'corp'", result.Output);
        Assert.Contains("App.csproj(10,", result.Lines("error AIRGAP2001")[0]);
    }

    [TestMethod]
    public async Task TheToolSeesWhatTargetsMakeAndSet_WithoutABuild()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            """<ImgpkgBundleImage Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" Id="index.docker.io/user1/simple-app-bundle:v1.0.0" />""").Reaching(registry);
        CopyPackages(project);
        Append(
            project,
            $"""
            <Target Name="Make" BeforeTargets="PublishImgpkgBundles"><ItemGroup><ImgpkgBundleContent Include="packages\**" />{TestProject.SimpleBundle}</ItemGroup></Target>
            <Target Name="ComputeVersion" BeforeTargets="GetAssemblyVersion"><PropertyGroup><Version>4.5.6-of-git</Version></PropertyGroup></Target>
            """);
        await project.RestoreAsync();

        DotnetResult result = (await ToolAsync(
            project, "publish", "-p", $"AirgapRegistry={registry.Host}/apps", "-p", $"AirgapBundleRepository={registry.Host}/own/app"))
            .Succeeded();

        Assert.Contains("own/app", result.Output);
        Assert.IsTrue(registry.Requests.Any(
            request => request.ToString().Contains("4.5.6-of-git", StringComparison.Ordinal)), result.Output);
        Assert.IsTrue(File.Exists(project.Manifest), result.Output);
        Assert.IsEmpty(Directory.GetFiles(project["obj"], "App.dll", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task TheToolPublishesSolutionsAndFileBasedApps_AndNamesAPinThatNoSdkMeets()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        Directory.CreateDirectory(project["Empty"]);
        File.WriteAllText(project["Empty/Empty.csproj"],
            """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFrameworks>net10.0;net9.0</TargetFrameworks></PropertyGroup></Project>""");
        File.WriteAllText(project["All.slnx"],
            """<Solution><Folder Name="/x/"><Project Path="App.csproj" /></Folder><Project Path="Empty/Empty.csproj" /></Solution>""");
        File.WriteAllText(project["Old.sln"],
            "Project(\"{9A19103F-16F7-4668-BE54-9A1E7A4F7556}\") = \"Empty\", \"Empty\\Empty.csproj\", " +
            "\"{1}\"\r\nProject(\"{9A19103F-16F7-4668-BE54-9A1E7A4F7556}\") = \"App\", \"App.csproj\", \"{2}\"\r\n");
        string[] destination = ["-p", $"AirgapRegistry={registry.Host}/apps"];

        DotnetResult solution = (await ToolAsync(project, ["publish", "All.slnx", .. destination])).Succeeded();
        Assert.IsTrue(File.Exists(project.Manifest), solution.Output);
        Assert.Contains("1 up to date", (await ToolAsync(project, ["publish", "Old.sln", .. destination])).Succeeded().Output);

        // A filter lies anywhere; its projects are relative to the solution.
        Directory.CreateDirectory(project["filters"]);
        File.WriteAllText(project["filters/App.slnf"],
            """{ "solution": { "path": "..\\All.slnx", "projects": ["App.csproj"], /* as MSBuild */ } }""");
        Assert.Contains("1 up to date", (await ToolAsync(project, ["publish", "filters/App.slnf", .. destination])).Succeeded().Output);
        File.WriteAllText(project["filters/App.slnf"], """{ "solution": { "path": "../All.slnx", "projects": ["Gone.csproj"] } }""");
        DotnetResult gone = await ToolAsync(project, ["publish", "filters/App.slnf", .. destination]);
        Assert.AreEqual(1, gone.ExitCode, gone.Output);
        Assert.Contains("Gone.csproj' is not in the solution", gone.Output);
        File.WriteAllText(project["filters/App.slnf"], """{ "solution": { "path": null, "projects": ["App.csproj"] } }""");
        DotnetResult none = await ToolAsync(project, ["publish", "filters/App.slnf", .. destination]);
        Assert.AreEqual(1, none.ExitCode, none.Output);
        Assert.Contains("it has no 'solution' with a 'path' and 'projects'", none.Output);

        Directory.CreateDirectory(project["app"]);
        File.WriteAllText(project["app/Directory.Build.props"], $"<Project><ItemGroup>{TestProject.SimpleBundle}</ItemGroup></Project>");
        File.WriteAllText(project["app/hello.cs"], "System.Console.WriteLine(1);\n");
        DotnetResult app = (await ToolAsync(project, ["publish", "app/hello.cs", .. destination])).Succeeded();
        Assert.Contains("1 bundle: 1 up to date", app.Output);

        File.WriteAllText(project["global.json"], """{ "sdk": { "version": "99.0.100" } }""");
        DotnetResult pinned = await ToolAsync(project, ["publish", "App.csproj", .. destination]);
        Assert.AreEqual(1, pinned.ExitCode, pinned.Output);
        Assert.Contains(project["global.json"], pinned.Output);
        Assert.Contains("99.0.100", pinned.Output);
    }

    private static Task<DotnetResult> ToolAsync(TestProject project, params string[] arguments) =>
        Dotnet.RunAsync(project["."], ["exec", PackedPackage.Tool, .. arguments], project.Environment);

    private static void CopyPackages(TestProject project)
    {
        Directory.CreateDirectory(project["packages"]);
        foreach (string file in Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "samples", "Producer", "packages", "simple-app")))
            File.Copy(file, project[$"packages/{Path.GetFileName(file)}"]);
    }

    private static void Append(TestProject project, string xml) =>
        File.WriteAllText(project.ProjectFile,
            File.ReadAllText(project.ProjectFile).Replace("</Project>", xml + "</Project>", StringComparison.Ordinal));
}
