using System.CommandLine;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class InitTests
{
    private const string Project =
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <TargetFramework>net10.0</TargetFramework>\n  " +
        "</PropertyGroup>\n</Project>\n";

    [TestMethod]
    public async Task APackageRepositoryBundleIsDeclared_Once()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["App.csproj"], Project);

        CliResult first = (await bench.RunAsync(
            "init", "registry.local:5055/user1/simple-app-bundle", "--name", "simple-package-repository")).EnsureSuccess();

        string text = await File.ReadAllTextAsync(bench.Folder["App.csproj"]);
        Assert.Contains(
            """    <ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" />""", text);
        Assert.Contains("""    <PackageReference Include="Airgap.Build" Version="0.1.0" PrivateAssets="all" />""", text);
        Assert.Contains("is a bundle of 2 images with packages/", first.Output);
        Assert.Contains("\nNext: dotnet publish App.csproj -p:AirgapRegistry=HOST/PATH\n", first.Output);
        Assert.Contains("dotnet nuget add source", first.Output);
        (CliResult second, JsonElement document) =
            await bench.RunJsonAsync("init", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--project", bench.Folder["App.csproj"]);
        Assert.AreEqual(0, second.ExitCode, second.Error);
        Assert.AreEqual(0, document.GetProperty("files").GetArrayLength());
        Assert.StartsWith("registry.local:5055/user1/simple-app-bundle@sha256:", document.GetProperty("reference").GetString());
        Assert.AreEqual(text, await File.ReadAllTextAsync(bench.Folder["App.csproj"]));
    }

    [TestMethod]
    public async Task WhatAFileAroundTheProjectDeclares_IsSaidToBeThere()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["App.csproj"], Project);
        await File.WriteAllTextAsync(
            bench.Folder["Directory.Build.props"],
            "<Project>\n  <PropertyGroup>\n    <AirgapRegistry>final.local/apps</AirgapRegistry>\n  </PropertyGroup>\n  <ItemGroup>\n" +
            "    <PackageReference Include=\"Airgap.Build\" Version=\"0.1.0\" PrivateAssets=\"all\" />\n" +
            "    <ImgpkgImage Include=\"registry.local:5055/user1/plain:1\" />\n  </ItemGroup>\n</Project>\n");

        CliResult result = (await bench.RunAsync("init", "registry.local:5055/user1/plain:1")).EnsureSuccess();

        Assert.Contains("Directory.Build.props declares it already: nothing was changed\n", result.Output);
        Assert.Contains("Next: dotnet publish App.csproj\n", result.Output);
        Assert.AreEqual(Project, await File.ReadAllTextAsync(bench.Folder["App.csproj"]));
    }

    [TestMethod]
    [DataRow("app.cs", "AIRGAP2040", "'#:package Airgap.Build@0.1.0' into it, and the item into a Directory.Build.props beside it")]
    [DataRow("All.sln", "AIRGAP2040", "Name one of its projects.")]
    [DataRow("All.slnx", "AIRGAP2040", "Name one of its projects.")]
    [DataRow("All.slnf", "AIRGAP2040", "Name one of its projects.")]
    [DataRow("absent", "AIRGAP3001", "Name a project, or a folder with one.")]
    public async Task AFileThatDeclaresNoItems_IsRefusedBeforeAnyRequest(string name, string code, string advice)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        if (name != "absent")
            await File.WriteAllTextAsync(bench.Folder[name], "Console.WriteLine(1);\n");

        CliResult refused = await bench.RunAsync("init", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--project", name);

        refused.AssertFailed(code);
        Assert.Contains(advice, refused.Error);
        Assert.IsEmpty(refused.Output);
    }

    [TestMethod]
    public async Task AnImageIsDeclaredAsOne_AndHasNoPackageRepository()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["App.csproj"], Project);

        CliResult named = await bench.RunAsync("init", "registry.local:5055/user1/plain:1", "--name", "any");
        named.AssertFailed("AIRGAP4101");
        Assert.AreEqual(Project, await File.ReadAllTextAsync(bench.Folder["App.csproj"]));

        (await bench.RunAsync("init", "registry.local:5055/user1/plain:1")).EnsureSuccess();
        Assert.Contains("""    <ImgpkgImage Include="registry.local:5055/user1/plain:1" />""",
            await File.ReadAllTextAsync(bench.Folder["App.csproj"]));
    }

    [TestMethod]
    [DataRow("registry.local:5055/user1/plain", "AIRGAP1005", "registry.local:5055/user1/plain:1")]
    [DataRow("registry.local:5055/user1/simple-app-bundle:v9", "AIRGAP1005", "v9")]
    [DataRow("https://registry.local/a", "AIRGAP2001", "without http")]
    public async Task AMissingReference_IsRefused_AndTheProjectStays(string reference, string code, string said)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["App.csproj"], Project);

        CliResult result = await bench.RunAsync("init", reference);

        result.AssertFailed(code, said);
        Assert.AreEqual(Project, await File.ReadAllTextAsync(bench.Folder["App.csproj"]));
    }

    [TestMethod]
    public async Task AFolderWithoutAProjectIsRefusedBeforeAnyRequest()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync("init", "registry.local:5055/user1/plain:1");
        Assert.Contains("AIRGAP3001", result.Error);
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task TagsOfTheReferenceAreCompleted()
    {
        // In this process, where the time that a waiting person has is not a limit.
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        GlobalFlags globals = new();
        RootCommand root = CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
        string repository = $"{registry.Host}/user1/simple-app-bundle";

        ((ToolCommand)root.Subcommands.Single(command => command.Name == "init")).Registry!.CompletionWait = TimeSpan.FromMinutes(1);

        IReadOnlyList<string> suggested = Suggestions.Of(root, $"init {repository}:");

        Assert.AreSequenceEqual(new[] { $"{repository}:v1.0.0" }, suggested);
    }
}
