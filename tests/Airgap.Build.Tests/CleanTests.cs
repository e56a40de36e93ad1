using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

[TestClass]
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

        (await project.RunAsync("clean", "-c", "Release")).Succeeded();

        Assert.IsEmpty(Directory.GetFiles(project.Artifacts));
        Assert.AreSequenceEqual(
            new[] { "bundle.tar", "mine.yml" },
            Directory.GetFiles(project["elsewhere"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
