using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;

namespace Airgap.Build.Tests;

/// <summary>Repositories and projects that a publish needs.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class CreatedRepositoriesTests
{
    [TestMethod]
    public async Task APublishToTwoRegistriesCreatesAProjectInEach()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture first = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture second = await RegistryFixture.StartEmptyAsync();
        FakeHarbor harbor = new();
        FakeHarbor other = new();
        first.OnRequest = harbor.Bend();
        second.OnRequest = other.Bend();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        project.Environment["IMGPKG_USERNAME"] = harbor.Login.User;
        project.Environment["IMGPKG_PASSWORD"] = harbor.Login.Password;
        string[] places = [$"-p:AirgapRegistry={first.Host}/apps%3B{second.Host}/mirror", "-p:AirgapArtifacts=none"];

        DotnetResult refused = await project.RelocateAsync(places);
        Assert.AreNotEqual(0, refused.ExitCode);
        Assert.Contains("project apps not found", refused.Output);

        await File.WriteAllTextAsync(Path.Combine(project.Folder, "settings.json"), """{"harbor":{"public":true}}""");
        DotnetResult result = (await project.RelocateAsync(
            [.. places, "-p:AirgapCreateRepositories=true", "-p:AirgapRepositorySettings=settings.json", "-v:n"])).Succeeded();

        Assert.Contains($"Created the Harbor project {first.Host}/apps.", result.Output);
        Assert.AreEqual("""{"project_name":"apps","metadata":{"public":"true"}}""", harbor.Created.Single().GetRawText());
        Assert.AreEqual("""{"project_name":"mirror","metadata":{"public":"true"}}""", other.Created.Single().GetRawText());
    }
}
