using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>
/// The targets compare switches with a word: one that is written otherwise must not relocate, or push, what nobody asked for.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SwitchTests
{
    private const string Reference =
        """<ProjectReference Include="..\Web\Web.csproj" AirgapImage="true" AirgapImageId="registry.corp.com/team/web:1.0" ReferenceOutputAssembly="false" />""";

    [TestMethod]
    public async Task APublishThatIsSwitchedOffByNoWordIsRefused()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(registry);
        string destination = $"-p:AirgapRegistry={registry.Host}/apps";
        DotnetResult result = (await project.PublishAsync(destination, "-p:AirgapOnPublish=flase")).FailedWith("AIRGAP2022");
        Assert.Contains("AirgapOnPublish", result.Lines("error AIRGAP2022")[0]);
        // Words of MSBuild's conditions.
        foreach (string off in (string[])[" False ", "no"])
            (await project.PublishAsync(destination, $"-p:AirgapOnPublish={off}")).Succeeded();
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    [DataRow("1", 1)]
    [DataRow(" True ", 0)]
    public async Task ADryRunPushesNoContainer_HoweverItIsWritten(string written, int exitCode)
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution =
            await ImageSolution.CreateAsync(
                Reference, images,
                // Its own publish would refuse the word, too.
                $"<ContainerRegistry>{images.Host}</ContainerRegistry><AirgapOnPublish>false</AirgapOnPublish>");
        solution.WritePackage("registry.corp.com/team/web:1.0");
        DotnetResult result = await solution.RelocateAsync($"-p:AirgapRegistry={images.Host}/apps", $"-p:AirgapDryRun={written}");
        Assert.AreEqual(exitCode, result.ExitCode, result.Output);
        if (exitCode != 0)
            Assert.Contains("error AIRGAP2022: The property AirgapDryRun", result.Output);
        Assert.IsFalse(images.Requests.Any(request => request.Method is not ("GET" or "HEAD")), string.Join('\n', images.Requests));
    }

    [TestMethod]
    [DataRow("true", "flase", "The property AirgapImage has the value 'flase'")]
    [DataRow("yes", "", "has the metadata AirgapImage with the value 'yes'")]
    public async Task AnImageThatIsPinnedOrNotByAnotherWordIsRefused(string metadata, string property, string expected)
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            Reference.Replace("AirgapImage=\"true\"", $"AirgapImage=\"{metadata}\"", StringComparison.Ordinal), images,
            $"<ContainerRegistry>{images.Host}</ContainerRegistry><AirgapImage>{property}</AirgapImage>");
        solution.WritePackage("registry.corp.com/team/web:1.0");
        DotnetResult result = (await solution.RelocateAsync($"-p:AirgapRegistry={images.Host}/apps")).FailedWith("AIRGAP2022");
        Assert.Contains(expected, result.Output);
        Assert.IsFalse(images.Requests.Any(request => request.Method is not ("GET" or "HEAD")), string.Join('\n', images.Requests));
    }
}
