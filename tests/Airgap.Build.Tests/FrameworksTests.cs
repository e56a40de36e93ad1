using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project with several target frameworks: one relocation, and one folder for its artifacts.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class FrameworksTests
{
    // The second needs no package besides the SDK.
    private const string Properties =
        "<TargetFrameworks>net10.0;net10.0-windows</TargetFrameworks><EnableWindowsTargeting>true</EnableWindowsTargeting><DisableTransitiveFrameworkReferenceDownloads>true</DisableTransitiveFrameworkReferenceDownloads>";

    [TestMethod]
    public async Task TheOuterBuildRelocatesOnceAndCleans()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle, Properties).Reaching(source);

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps")).Succeeded();

        Assert.ContainsSingle(result.Lines("App -> "));
        Assert.IsTrue(File.Exists(Manifest(project)), result.Output);
        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsFalse(File.Exists(Manifest(project)));
    }

    [TestMethod]
    public async Task APublishOfOneFrameworkLeavesItsArtifactsInTheSamePlace_AndAllOthersNone()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle, Properties).Reaching(source);
        string registry = $"-p:AirgapRegistry={source.Host}/apps";

        DotnetResult refused = await project.PublishAsync(registry);
        Assert.AreNotEqual(0, refused.ExitCode);
        Assert.Contains("NETSDK1129", refused.Output, "The SDK itself wants to know which.");
        (await project.RunAsync("build", "-c", "Release", registry)).Succeeded();
        (await project.RunAsync("pack", "--no-build", registry)).Succeeded();
        Assert.IsEmpty(source.Requests);

        DotnetResult first = (await project.PublishAsync("-f", "net10.0", "--no-build", registry)).Succeeded();
        DotnetResult second = (await project.PublishAsync("-f", "net10.0-windows", "--no-build", registry)).Succeeded();

        Assert.ContainsSingle(first.Lines("(1 bundle: 1 copied ("), first.Output);
        Assert.ContainsSingle(second.Lines("(1 bundle: 1 up to date)"), second.Output);
        Assert.AreSequenceEqual(
            new[] { Manifest(project) }, Directory.GetFiles(project.Folder, "*.packagerepository.yml", SearchOption.AllDirectories));
        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsFalse(File.Exists(Manifest(project)));
    }

    /// <summary>There, a configuration's folder is written in lower case; on Linux, another case is another folder.</summary>
    [TestMethod]
    public async Task InTheArtifactsLayout_TheArtifactsLieBesideTheFrameworksFolders()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle, Properties).Reaching(source);
        File.WriteAllText(project["Directory.Build.props"],
            "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        string registry = $"-p:AirgapRegistry={source.Host}/apps";
        string report = project["artifacts/bin/App/release/airgap/relocation.json"];

        (await project.RelocateAsync(registry, "-f", "net10.0")).Succeeded();
        Assert.IsTrue(File.Exists(report));
        Assert.ContainsSingle((await project.RelocateAsync(registry)).Succeeded().Lines("(1 bundle: 1 up to date)"));

        Assert.AreSequenceEqual(
            new[] { report }, Directory.GetFiles(project.Folder, "relocation.json", SearchOption.AllDirectories));
        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsEmpty(Directory.GetFileSystemEntries(project.Folder, "airgap*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != "airgap.lock.json"));
    }

    [TestMethod]
    public async Task TheOuterBuildHeedsNoWarnAndWarningsAsErrors()
    {
        using TestProject project = new(TestProject.SimpleBundle, Properties);
        DotnetResult told = (await project.RelocateAsync()).Succeeded();
        Assert.Contains("warning AIRGAP2101", told.Output);
        DotnetResult silenced = (await project.RelocateAsync("-p:NoWarn=AIRGAP2101")).Succeeded();
        Assert.DoesNotContain("AIRGAP2101", silenced.Output);
        DotnetResult raised = await project.RelocateAsync("-p:WarningsAsErrors=AIRGAP2101");
        Assert.AreEqual(1, raised.ExitCode, raised.Output);
        Assert.Contains("error AIRGAP2101", raised.Output);
    }

    private static string Manifest(TestProject project) =>
        Path.Combine(project.Folder, "bin", "Release", "airgap", "manifests", "simple-package-repository.packagerepository.yml");
}
