using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A bundle pins the container image of a project that its project references.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ImageProjectTests
{
    private const string Reference =
        """<ProjectReference Include="..\Web\Web.csproj" AirgapImage="true" AirgapImageId="registry.corp.com/team/web:1.0" ReferenceOutputAssembly="false" />""";

    [TestMethod]
    [DataRow("")]
    [DataRow("-isolate")]
    public async Task AnImageInARegistryIsPinnedByTheDigestThatItsBuildGaveIt(string mode)
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution =
            await ImageSolution.CreateAsync(Reference, images, $"<ContainerRegistry>{images.Host}</ContainerRegistry>");
        solution.WritePackage("registry.corp.com/team/web:1.0");

        DotnetResult result = (await solution.PublishAsync(mode, $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        using RegistryContent source = RegistryContent.At(images.Host);
        string pinned = (await source.ManifestAsync("team/web", "latest")).Digest;
        Assert.Contains($"{images.Host}/team/web@{pinned}", solution.Sources());
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.Contains(pinned, await content.AssertCompleteAsync("apps/repository", pinned));
        await content.AssertCompleteAsync("apps/repository", "1.2.3");
        AssertNoOtherWarning(result);
        Assert.HasCount(1, images.Of(RequestKind.ManifestPut).Where(request => request.Repository == "team/web"), "It is published once.");
    }

    [TestMethod]
    [DataRow("Docker", "")]
    [DataRow("OCI", "-graph")]
    public async Task AnImageInAnArchiveGoesWithTheBundle(string format, string mode)
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            Reference.Replace("""AirgapImageId="registry.corp.com/team/web:1.0" """, "", StringComparison.Ordinal),
            images,
            $"<ContainerArchiveOutputPath>out/</ContainerArchiveOutputPath><ContainerImageFormat>{format}</ContainerImageFormat>");
        solution.WritePackage("team/web:latest");

        DotnetResult result = (await solution.PublishAsync(
            mode, "-p:AirgapArchive=bundle.tar", $"-p:AirgapBundleRepository={destination.Host}/own/repository")).Succeeded();
        AssertNoOtherWarning(result);
        Assert.IsTrue(File.Exists(solution["Web/out/team/web.tar.gz"]));
        string pinned = solution.Pinned();
        Assert.IsFalse(images.Requests.Any(request => request.Method is "PUT" or "POST" && request.Repository == "team/web"),
            "Nobody pushes the image itself.");
        images.Clear();

        (await solution.RelocateAsync("-p:AirgapSourceArchive=bundle.tar", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.IsEmpty(images.Requests, "The far side asks nobody but the destination.");
        using RegistryContent content = RegistryContent.At(destination.Host);
        foreach (string repository in (string[])["apps/repository", "own/repository"])
        {
            await content.AssertCompleteAsync(repository, "1.2.3");
            Assert.IsGreaterThan(2, (await content.AssertCompleteAsync(repository, pinned)).Count, repository);
        }
    }

    [TestMethod]
    public async Task ADestinationThatTheContentAloneNames_IsOne()
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            Reference + $"""<ImgpkgBundleContent Update="packages\**" Repository="{images.Host}/whole/app" />""", images,
            $"<ContainerRegistry>{images.Host}</ContainerRegistry>");
        solution.WritePackage("registry.corp.com/team/web:1.0");
        File.WriteAllText(solution["Directory.Build.targets"],
            "<Project><Target Name=\"Count\" BeforeTargets=\"GetAssemblyVersion\"><PropertyGroup><Version>4.5.6</Version></PropertyGroup></Target></Project>");

        (await solution.RelocateAsync()).Succeeded();

        using RegistryContent content = RegistryContent.At(images.Host);
        await content.AssertCompleteAsync("whole/app", "4.5.6");
        Assert.IsNotEmpty(await content.TagsAsync("team/web"), "The container is published for it.");
    }

    [TestMethod]
    public async Task ADryRunPublishesNothing()
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution =
            await ImageSolution.CreateAsync(Reference, images, $"<ContainerRegistry>{images.Host}</ContainerRegistry>");
        solution.WritePackage("registry.corp.com/team/web:1.0");

        (await solution.RelocateAsync($"-p:AirgapRegistry={images.Host}/apps", "-p:AirgapDryRun=true")).Succeeded();

        Assert.IsFalse(images.Requests.Any(request => request.Method is not ("GET" or "HEAD")), string.Join('\n', images.Requests));
        using JsonDocument plan = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(solution.Artifacts, "plan.json")));
        Assert.Contains($"{images.Host}/team/web@sha256:", plan.RootElement.ToString());
    }

    [TestMethod]
    public async Task Problems_AreReported_BeforeAContainerIsPublished()
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            Reference
            + """
            <ProjectReference Include="..\NoPackage\NoPackage.csproj" AirgapImage="true" ReferenceOutputAssembly="false" />
            <ProjectReference Include="..\Library\Library.csproj" AirgapImage="true" ReferenceOutputAssembly="false" />
            <ProjectReference Include="..\Engine\Engine.csproj" AirgapImage="true" ReferenceOutputAssembly="false" />
            """,
            images,
            $"<ContainerRegistry>{images.Host}</ContainerRegistry>");
        solution.WriteProject("NoPackage", "<OutputType>Exe</OutputType>", withPackage: false);
        solution.WriteProject("Library", "");
        solution.WriteProject("Engine", "<OutputType>Exe</OutputType>");
        solution.WritePackage("registry.corp.com/team/web:1.0", version: "one");

        DotnetResult result = await solution.RelocateAsync($"-p:AirgapRegistry={images.Host}/apps");

        Assert.AreEqual(1, result.ExitCode, result.Output);
        Assert.Contains("package.yml(7,12): error AIRGAP4005", result.Output);
        int line = Array.FindIndex(
            File.ReadAllLines(solution.ProjectFile), text => text.Contains("NoPackage", StringComparison.Ordinal)) + 1;
        Assert.HasCount(1, result.Lines($"Repository.csproj({line},")
            .Where(text => text.Contains("error AIRGAP2055", StringComparison.Ordinal)).Distinct(), result.Output);
        Assert.HasCount(2, result.Lines("error AIRGAP2056").Distinct(), result.Output);
        Assert.IsFalse(images.Requests.Any(request => request.Method is not ("GET" or "HEAD")), string.Join('\n', images.Requests));
    }

    // The Package of these tests renders all of its bundle, and names an image that is not a bundle; both are reported.
    private static void AssertNoOtherWarning(DotnetResult result) => Assert.IsEmpty(result.Output.Split('\n')
        .Where(line => line.Contains("AIRGAP", StringComparison.Ordinal) && !line.Contains("AIRGAP4120", StringComparison.Ordinal)
            && !line.Contains("AIRGAP4121", StringComparison.Ordinal)));
}
