using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.Build.Tests;

/// <summary>What goes wrong on the way: a code, the item's place, exit code 1, and nothing that looks finished.</summary>
[TestClass]
public sealed class FailureTests
{
    [TestMethod]
    [DataRow("user1/simple-app-bundle:v9", "AIRGAP1005")]
    [DataRow("user1/plain:1", "AIRGAP2004")]
    public async Task ASourceThatIsNotThereOrNoBundleIsNamedAtItsPlace(string reference, string code)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject($"""<ImgpkgBundle Include="registry.local:5055/{reference}" />""").Reaching(source);

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps")).FailedWith(code);

        Assert.Contains("App.csproj(8,", result.Lines(code)[0]);
        Assert.Contains(reference, result.Lines(code)[0]);
        Assert.IsFalse(Directory.Exists(project.Artifacts));
    }

    [TestMethod]
    public async Task ADestinationThatRefusesOneBlobGetsNoManifestWritten()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = (request, _) => request.Kind == RequestKind.UploadPut ? Fault.Status(StatusCodes.Status403Forbidden) : null;
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).FailedWith("AIRGAP1004");

        Assert.IsFalse(File.Exists(project.Manifest));
        Assert.IsFalse(File.Exists(project.Report));
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.IsEmpty(await content.TagsAsync("apps/simple-app-bundle"));
    }

    [TestMethod]
    public async Task AnUnknownHostIsAFailureWithItsName()
    {
        using TestProject project = new("""<ImgpkgBundle Include="registry.invalid/user1/simple-app-bundle:v1.0.0" />""");
        DotnetResult result = (await project.RelocateAsync("-p:AirgapRegistry=host.invalid/apps")).FailedWith("AIRGAP1001");
        Assert.Contains("registry.invalid", result.Lines("AIRGAP1001")[0]);
    }

    [TestMethod]
    public async Task ATruncatedArchiveIsRefused()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new(TestProject.SimpleBundle);
        byte[] archive = File.ReadAllBytes(Fixtures.Golden("simple-app-bundle.tar"));
        File.WriteAllBytes(project["cut.tar"], archive[..(archive.Length / 2)]);

        DotnetResult result = await project.RelocateAsync("-p:AirgapSourceArchive=cut.tar", $"-p:AirgapRegistry={destination.Host}/apps");

        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("error AIRGAP201", result.Output);
        Assert.IsFalse(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task AnOutputPathThatCannotBeWrittenIsAFailureByCode()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        File.WriteAllText(project["taken"], "");
        (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps", "-p:AirgapOutputPath=taken/")).FailedWith("AIRGAP3004");
    }
}
