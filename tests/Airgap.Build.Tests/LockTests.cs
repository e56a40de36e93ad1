using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary><c>airgap.lock.json</c> next to the project.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class LockTests
{
    private const string Items = """
        <ImgpkgImage Include="registry.local:5055/user1/plain:1" />
        <ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" />
        """;

    [TestMethod]
    public async Task ATagIsLockedRelocatedAsLockedRefusedWhenItMovedAndUpdated()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(Items).Reaching(source);
        using RegistryContent original = RegistryContent.At(source.Host);
        using RegistryContent relocated = RegistryContent.At(destination.Host);
        string locked = (await original.ManifestAsync("user1/plain", "1")).Digest;
        string registry = $"-p:AirgapRegistry={destination.Host}/apps";

        DotnetResult update = (await project.RelocateAsync("-p:AirgapUpdateLock=true")).Succeeded();

        Assert.Contains($"App -> {project["airgap.lock.json"]} (2 tags locked: 2 added)", update.Output);
        Assert.DoesNotContain("AIRGAP2101", update.Output);
        Assert.Contains($"    \"registry.local:5055/user1/plain:1\": \"{locked}\"", File.ReadAllText(project["airgap.lock.json"]));

        using RegistryWriter writer = new(source.Address);
        string moved = (await writer.PushImageAsync("user1/plain", "1", "another layer"u8.ToArray())).Digest;
        DotnetResult refused = (await project.RelocateAsync(registry, "-p:AirgapLockedMode=true")).FailedWith("AIRGAP2036");

        Assert.Contains("App.csproj(8,", Assert.ContainsSingle(refused.Lines("AIRGAP2036").Select(line => line.Trim()).Distinct()));
        Assert.Contains(moved, refused.Output);
        Assert.IsEmpty(destination.Requests);

        DotnetResult kept = (await project.RelocateAsync(registry)).Succeeded();

        Assert.Contains("(1 bundle, 1 image: 2 copied (", kept.Output);
        Assert.AreEqual(locked, (await relocated.ManifestAsync("apps/plain", "1")).Digest);

        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsTrue(File.Exists(project["airgap.lock.json"]), "A lock is a source and no artifact.");
        DotnetResult updated = (await project.RelocateAsync(registry, "-p:AirgapUpdateLock=true")).Succeeded();

        Assert.Contains($"{project["airgap.lock.json"]}: 2 tags locked: 1 moved", updated.Output);
        Assert.AreEqual(moved, (await relocated.ManifestAsync("apps/plain", "1")).Digest);
        (await project.RelocateAsync(registry, "-p:AirgapLockedMode=true")).Succeeded();
    }

    [TestMethod]
    public async Task ProblemsOfALock_AreReportedWithTheirLine_BeforeTheFirstRequest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(Items).Reaching(registry);
        Directory.CreateDirectory(project["locks"]);
        File.WriteAllText(project["locks/mine.json"], """
            {
              "version": 1,
              "items": {
                "registry.local:5055/user1/plain:1": "sha256:1234",
                "registry.local:5055/user1/plain:1": "latest"
              }
            }
            """);

        DotnetResult broken = (await project.RelocateAsync($"-p:AirgapRegistry={registry.Host}/apps", "-p:AirgapLockFile=locks/mine.json"))
            .FailedWith("AIRGAP2033");

        Assert.HasCount(3, broken.Lines("error AIRGAP2033: ").Select(line => line.Trim()).Distinct(), broken.Output);
        foreach (string place in new[] { "mine.json(4,42): ", "mine.json(5,5): ", "mine.json(5,42): " })
            Assert.Contains(project["locks/"] + place.TrimEnd(':', ' '), broken.Output);

        File.WriteAllText(project["locks/mine.json"], $$"""
            { "version": 1, "items": { "host.io/gone:1": "{{TestProject.SimpleDigest}}" } }
            """);
        DotnetResult different =
            (await project.RelocateAsync(
                $"-p:AirgapRegistry={registry.Host}/apps", "-p:AirgapLockFile=locks/mine.json", "-p:AirgapLockedMode=true"))
                .FailedWith("AIRGAP2034");

        Assert.Contains("App.csproj(8,", string.Join('\n', different.Lines("AIRGAP2034")));
        Assert.Contains("App.csproj(9,", string.Join('\n', different.Lines("AIRGAP2034")));
        Assert.Contains("mine.json(1,28): error AIRGAP2035: ", different.Output);
        Assert.IsEmpty(registry.Requests);
    }
}
