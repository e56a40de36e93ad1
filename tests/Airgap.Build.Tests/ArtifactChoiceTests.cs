using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish relocates attached artifacts unless the project opts out.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ArtifactChoiceTests
{
    private const string Sbom = "sha256:78f6d4210d90623f2b121273592bb062f11056f4017907ea5d76b15e6945cbc8";

    [TestMethod]
    public async Task APublishCarriesThemAllAndSaysWhenItDoesNot()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/all")).Succeeded();
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("all/simple-app-bundle", Sbom);

        DotnetResult none = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/none", "-p:AirgapArtifacts=none"))
            .Succeeded();
        Assert.IsFalse(await content.HasManifestAsync("none/simple-app-bundle", Sbom));
        Assert.Contains("AirgapArtifacts=all", none.Lines("warning AIRGAP2170")[0]);

        DotnetResult wrong = await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/none", "-p:AirgapArtifacts=some");
        Assert.Contains("Write all, signatures or none.", wrong.Lines("error AIRGAP2022")[0]);
    }
}
