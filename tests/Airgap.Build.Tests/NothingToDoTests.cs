using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>The invariants of a soak.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class NothingToDoTests
{
    [TestMethod]
    public async Task WithoutADestinationAProjectPublishesAsBeforeWithOneWarning()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        // Even an invalid setting must not prevent the build here.
        project.Environment["IMGPKG_REGISTRY_NONSENSE"] = "1";

        DotnetResult result = (await project.PublishAsync()).Succeeded();

        string warning = Assert.ContainsSingle(result.Lines("warning AIRGAP2101").Distinct());
        Assert.Contains("AirgapRegistry", warning);
        Assert.Contains("AirgapArchive", warning);
        Assert.Contains("App.csproj(8,", warning);
        Assert.IsEmpty(registry.Requests);
        Assert.IsTrue(File.Exists(project["bin/Release/net10.0/publish/App.dll"]));
        Assert.IsFalse(Directory.Exists(project.Artifacts));
    }

    [TestMethod]
    public async Task NeitherBuildNorASwitchedOffHookMovesAnything()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        string destination = $"-p:AirgapRegistry={registry.Host}/apps";

        (await project.RunAsync("build", "-c", "Release", destination)).Succeeded();
        (await project.PublishAsync("--no-build", destination, "-p:AirgapOnPublish=false")).Succeeded();
        Assert.IsEmpty(registry.Requests);

        (await project.PublishAsync("--no-build", destination)).Succeeded();
        Assert.IsTrue(File.Exists(project.Manifest), "The hook runs with --no-build.");
    }

    [TestMethod]
    [DataRow("<TargetFramework>net10.0</TargetFramework><IsPublishable>false</IsPublishable>", "publish")]
    [DataRow("<TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><PackAsTool>true</PackAsTool><UseAppHost>false</UseAppHost><StartupObject>App.Start</StartupObject>", "pack")]
    public async Task ProjectsThatAreNotPublishedRelocateNothing(string properties, string command)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle, properties).Reaching(registry);
        File.WriteAllText(project["Start.cs"], "namespace App;\n\npublic static class Start { public static void Main() { } }\n");

        (await project.RunAsync(command, $"-p:AirgapRegistry={registry.Host}/apps")).Succeeded();

        Assert.IsEmpty(registry.Requests);
    }
}
