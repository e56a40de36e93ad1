using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>Option 2: an archive is carried from one side to the other.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ArchiveTests
{
    [TestMethod]
    public async Task TheArchiveIsImgpkgsAndTheManifestNamesTheFarSide()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        DotnetResult written = (await project.RelocateAsync(
            "-p:AirgapArchive=out/bundle.tar", "-p:AirgapArtifacts=none", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.EndsWith($"; {project["out/bundle.tar"]}", written.Lines("App -> ")[0]);
        Assert.AreSequenceEqual(File.ReadAllBytes(Fixtures.Golden("simple-app-bundle.tar")), File.ReadAllBytes(project["out/bundle.tar"]));
        string manifest = File.ReadAllText(project.Manifest);
        Assert.Contains($"      image: {destination.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}\n", manifest);
        Assert.IsEmpty(destination.Requests);
        Assert.AreEqual(project["out/bundle.tar"], project.ReadReport().GetProperty("items")[0].GetProperty("archive").GetString());

        await AssertImportedAsync(project, source, destination, manifest);
    }

    [TestMethod]
    public async Task TheFormatOciIsALayoutThatGoesIntoARegistry()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] arguments = ["-p:AirgapArchive=out/bundle.tar", "-p:AirgapArchiveFormat=oci",
            $"-p:AirgapRegistry={destination.Host}/apps"];
        (await project.RelocateAsync(arguments)).Succeeded();
        string manifest = File.ReadAllText(project.Manifest);
        using (System.Formats.Tar.TarReader tar = new(File.OpenRead(project["out/bundle.tar"])))
            Assert.AreEqual("oci-layout", tar.GetNextEntry()!.Name);
        DateTime written = File.GetLastWriteTimeUtc(project["out/bundle.tar"]);
        (await project.RelocateAsync(arguments)).Succeeded();
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(project["out/bundle.tar"]), "What is whole is left alone.");

        await AssertImportedAsync(project, source, destination, manifest);
    }

    [TestMethod]
    public async Task ADeltaBuildsOnAnArchiveAndAnImportWritesAReceipt()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string registry = $"-p:AirgapRegistry={destination.Host}/apps";
        (await project.RelocateAsync("-p:AirgapArchive=out/full.tar", registry)).Succeeded();
        (await project.RelocateAsync("-p:AirgapArchive=out/delta.tar", "-p:AirgapArchiveBase=out/full.tar", registry)).Succeeded();
        Assert.IsLessThan(new FileInfo(project["out/full.tar"]).Length, new FileInfo(project["out/delta.tar"]).Length);

        DotnetResult refused = (await project.RelocateAsync("-p:AirgapSourceArchive=out/delta.tar", registry, "-p:AirgapReceipt=none.json"))
            .FailedWith("AIRGAP2110");
        Assert.Contains("AirgapMountFrom", refused.Output);
        Assert.IsFalse(File.Exists(project["none.json"]));
        (await project.RelocateAsync("-p:AirgapSourceArchive=out/full.tar", $"-p:AirgapRegistry={destination.Host}/old")).Succeeded();
        (await project.RelocateAsync(
            "-p:AirgapSourceArchive=out/delta.tar", registry, $"-p:AirgapMountFrom={destination.Host}/old/simple-app-bundle",
            "-p:AirgapReceipt=out/receipt.json")).Succeeded();
        Assert.Contains($"\"repository\": \"{destination.Host}/apps/simple-app-bundle\"", File.ReadAllText(project["out/receipt.json"]));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");

        // The two archives are read as one, without merging them.
        (await project.RelocateAsync("-p:AirgapSourceArchive=out/delta.tar%3Bout/full.tar", $"-p:AirgapRegistry={destination.Host}/new"))
            .Succeeded();
        await content.AssertCompleteAsync("new/simple-app-bundle", "v1.0.0");
    }

    [TestMethod]
    public async Task TwoProjectsShareOneFileInParts()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject one = new TestProject(TestProject.SimpleBundle).Reaching(source);
        using TestProject other = new TestProject(
            """<ImgpkgImage Include="registry.local:5055/apps/multi:1.0.0" /><ImgpkgBundle Include="registry.local:5055/user1/nested-bundle:v1.0.0" />""").Reaching(source);
        using TempFolder disc = new();
        string[] to = [$"-p:AirgapArchive={disc["all.tar"]}", "-p:AirgapArchiveFormat=oci", "-p:AirgapArchiveVolumeSize=40kB"];
        // In parallel: one waits for the other, and adds to its archive.
        DotnetResult[] written = await Task.WhenAll(one.RelocateAsync(to), other.RelocateAsync(to));
        Assert.AreEqual(1, written.Count(
            result => result.Succeeded().Output.Contains("keeps the content of other projects: App", StringComparison.Ordinal)));
        Assert.Contains("2 up to date", (await other.RelocateAsync(to)).Succeeded().Output);

        Directory.CreateDirectory(disc["second"]);
        File.Move(disc["all.tar.002"], disc["second/all.tar.002"]);
        string[] from = [$"-p:AirgapSourceArchive={disc["all.tar"]}", $"-p:AirgapRegistry={destination.Host}/apps"];
        Assert.Contains("AirgapPartsIn", (await one.RelocateAsync(from)).FailedWith("AIRGAP2132").Output);
        source.Clear();
        foreach (TestProject project in (TestProject[])[one, other])
            (await project.RelocateAsync([.. from, $"-p:AirgapPartsIn={disc["second"]}"])).Succeeded();
        Assert.IsEmpty(source.Requests);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/multi", "1.0.0");
        await content.AssertCompleteAsync("apps/nested-bundle", "v1.0.0");
    }

    [TestMethod]
    public async Task SeveralItemsHaveAFolderWithATarEach()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            TestProject.SimpleBundle + """<ImgpkgImage Include="registry.local:5055/apps/multi:1.0.0" />""").Reaching(source);

        (await project.RelocateAsync("-p:AirgapArchive=out")).Succeeded();

        Assert.AreSequenceEqual(
            new[] { "multi.tar", "simple-package-repository.tar" },
            Directory.GetFiles(project["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.AreSequenceEqual(File.ReadAllBytes(Fixtures.Golden("multi-image.tar")), File.ReadAllBytes(project["out/multi.tar"]));
        Assert.IsFalse(File.Exists(project.Manifest), "Without a registry nobody knows what a manifest should name.");

        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        (await project.RelocateAsync("-p:AirgapSourceArchive=out/", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/multi", "1.0.0");
    }

    [TestMethod]
    public async Task AnArchiveOfADigestThatStandsIsLeftAloneWithoutARequest()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(
            $"""<ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle@{TestProject.SimpleDigest}" PackageRepository="simple-package-repository" />""").Reaching(source);
        string[] arguments = ["-p:AirgapArchive=out/bundle.tar", "-p:AirgapArtifacts=none",
            "-p:AirgapRegistry=final-registry.corp.com/apps"];
        (await project.RelocateAsync(arguments)).Succeeded();
        Dictionary<string, DateTime> before =
            Directory.GetFiles(project.Artifacts).Append(project["out/bundle.tar"]).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        source.Clear();

        DotnetResult result = (await project.RelocateAsync(arguments)).Succeeded();

        Assert.Contains("(1 bundle: 1 up to date)", result.Output);
        Assert.IsEmpty(source.Requests);
        foreach ((string file, DateTime time) in before)
            Assert.AreEqual(time, File.GetLastWriteTimeUtc(file), file);

        // A digest does not show later attached artifacts: a project that wants them contacts the source.
        (await project.RelocateAsync([.. arguments, "-p:AirgapArtifacts=all"])).Succeeded();
        Assert.IsNotEmpty(source.Of(RequestKind.ReferrersGet));
        Assert.AreNotEqual(before[project["out/bundle.tar"]], File.GetLastWriteTimeUtc(project["out/bundle.tar"]));
    }

    [TestMethod]
    public async Task TheManifestOfCarvelsAirGappedPageCanBeHadWithItsWarnings()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject("""
            <ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="simple-package-repository" ApiVersion="install.package.carvel.dev/v1alpha1" Pinning="None" />
            """).Reaching(source);

        DotnetResult result = (await project.RelocateAsync(
            "-p:AirgapArchive=my-image.tar", "-p:AirgapRegistry=final-registry.corp.com/apps")).Succeeded();

        Assert.AreEqual(
            """
            ---
            apiVersion: install.package.carvel.dev/v1alpha1
            kind: PackageRepository
            metadata:
              name: simple-package-repository
            spec:
              fetch:
                imgpkgBundle:
                  image: final-registry.corp.com/apps/simple-app-bundle

            """,
            File.ReadAllText(project.Manifest));
        Assert.Contains("App.csproj(8,", result.Lines("warning AIRGAP4103")[0]);
        Assert.Contains("App.csproj(8,", result.Lines("warning AIRGAP4104")[0]);
    }

    [TestMethod]
    public async Task AnotherBundlesArchiveIsRefusedBeforeAnythingMoves()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new(TestProject.SimpleBundle);
        File.Copy(Fixtures.Golden("nested-bundle.tar"), project["other.tar"]);

        DotnetResult result = (await project.RelocateAsync(
            "-p:AirgapSourceArchive=other.tar", $"-p:AirgapRegistry={destination.Host}/apps")).FailedWith("AIRGAP2024");

        Assert.Contains("App.csproj(", result.Lines("AIRGAP2024")[0]);
        Assert.IsEmpty(destination.Requests);
        Assert.IsFalse(Directory.Exists(project.Artifacts));
    }

    // The archive is imported without the source, and the manifest stays the same.
    private static async Task AssertImportedAsync(TestProject project, RegistryFixture source, RegistryFixture destination, string manifest)
    {
        source.Clear();
        (await project.RelocateAsync("-p:AirgapSourceArchive=out/bundle.tar", $"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();
        Assert.AreEqual(manifest, File.ReadAllText(project.Manifest));
        Assert.IsEmpty(source.Requests);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
    }
}
