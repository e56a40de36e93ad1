using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;

namespace Airgap.Build.Tests;

/// <summary>A publish to Amazon's registry, with a service and a registry that behave as documented.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class EcrTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestMethod]
    public async Task ExistingBlobs_AreChecked_WithOneRequestToTheService()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        registry.OnRequest = ecr.Bend(Host);
        ecr.HasLayer = FakeEcr.LayersOf(registry);
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        foreach ((string name, string value) in ecr.Variables)
            project.Environment[name] = value;
        // The real host receives no request.
        project.Environment["HTTPS_PROXY"] = "http://127.0.0.1:9";
        string[] publish = [$"-p:AirgapRegistry={Host}/made", "-p:AirgapInsecure=true", "-p:AirgapCreateRepositories=true"];

        (await project.RelocateAsync(publish)).Succeeded();
        Assert.IsTrue(ecr.Repositories.ContainsKey("made/simple-app-bundle"), string.Join(' ', ecr.Repositories.Keys));
        Assert.IsNotEmpty(registry.Of(RequestKind.UploadPost));
        int before = ecr.Count("BatchCheckLayerAvailability");
        registry.Clear();

        (await project.RelocateAsync(publish)).Succeeded();
        Assert.AreEqual(1, ecr.Count("BatchCheckLayerAvailability") - before);
        Assert.IsEmpty(
            registry.Of(RequestKind.BlobHead).Where(request => request.Repository.StartsWith("made/", StringComparison.Ordinal)));
        Assert.IsEmpty(registry.Of(RequestKind.UploadPost));

        // Without the right to ask for many, each is asked for by itself.
        ecr.Denied.Add("BatchCheckLayerAvailability");
        (await project.RelocateAsync(publish)).Succeeded();
        Assert.IsNotEmpty(
            registry.Of(RequestKind.BlobHead).Where(request => request.Repository.StartsWith("made/", StringComparison.Ordinal)));
        Assert.IsEmpty(registry.Of(RequestKind.UploadPost));
    }
}
