using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class CleanTests
{
    [TestMethod]
    public async Task CleanRemovesArtifactsWhereverTheyAreAndNeverAnArchive()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string registry = $"-p:AirgapRegistry={source.Host}/apps";
        (await project.RelocateAsync(registry)).Succeeded();
        (await project.RelocateAsync(registry, "-p:AirgapOutputPath=elsewhere/", "-p:AirgapArchive=elsewhere/bundle.tar")).Succeeded();
        File.WriteAllText(project["elsewhere/mine.yml"], "");
        Assert.IsTrue(File.Exists(project.Manifest));
        Assert.IsTrue(File.Exists(project["elsewhere/relocation.json"]));

        DotnetResult result = (await project.RunAsync("clean", "-c", "Release")).Succeeded();

        Assert.IsFalse(Directory.Exists(project.Artifacts), result.Output);
        Assert.AreSequenceEqual(
            new[] { "bundle.tar", "mine.yml" },
            Directory.GetFileSystemEntries(project["elsewhere"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("warning", result.Output);
    }

    [TestMethod]
    public async Task OutputOfTheTool_IsCleaned_AndChangedFilesStayWithAWarning()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        await project.RestoreAsync();
        (await Dotnet.RunAsync(project.Folder, ["exec", PackedPackage.Tool, "publish", "-p", $"AirgapRegistry={source.Host}/apps"],
            project.Environment)).Succeeded();
        string kustomization = Path.Combine(project.Artifacts, "kustomization.yaml");
        File.WriteAllLines(kustomization, File.ReadAllLines(kustomization)[1..]);
        Assert.IsTrue(File.Exists(project.Manifest));

        DotnetResult result = (await project.RunAsync("clean", "-c", "Release")).Succeeded();

        Assert.AreSequenceEqual(new[] { kustomization }, Directory.GetFileSystemEntries(project.Artifacts));
        string[] warnings = result.Lines("warning AIRGAP2107");
        Assert.IsNotEmpty(warnings);
        Assert.IsTrue(warnings.All(line => line.Contains("kustomization.yaml", StringComparison.Ordinal)), result.Output);
    }
}
