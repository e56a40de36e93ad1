using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.Build.Tests;

/// <summary>A failure gives a code, the item's location and exit code 1, and leaves nothing that looks complete.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
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
    public async Task KeepingGoingTheBuildFailsAndTheRestIsThere()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        source.OnRequest = (request, _) => request is { Kind: RequestKind.ManifestGet, Repository: "apps/frontend" }
            ? Fault.Status(StatusCodes.Status403Forbidden) : null;
        using TestProject project =
            new TestProject(TestProject.SimpleBundle + """<ImgpkgImage Include="registry.local:5055/user1/plain:1" />""").Reaching(source);

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps", "-p:AirgapKeepGoing=true"))
            .FailedWith("AIRGAP1004");

        Assert.Contains("1 image failed and 2 arrived", result.Lines("AIRGAP2026")[0]);
        Assert.IsFalse(File.Exists(project.Manifest));
        Assert.IsTrue(File.Exists(project.Report));
        using RegistryContent content = RegistryContent.At(source.Host);
        Assert.Contains("1", await content.TagsAsync("apps/plain"));
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("apps/simple-app-bundle"));
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
    public async Task AForeignTarIsRefused()
    {
        using TestProject project = new(TestProject.SimpleBundle);
        using (TarWriter tar = new(File.Create(project["foreign.tar"])))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "index.json") { DataStream = new MemoryStream("{}"u8.ToArray()) });
        (await project.RelocateAsync("-p:AirgapSourceArchive=foreign.tar", "-p:AirgapRegistry=host.invalid/apps")).FailedWith("AIRGAP2090");
    }

    [TestMethod]
    public async Task ALockThatIsMalformedIsAnErrorAtItsOwnLineAndColumn()
    {
        using TestProject project = new("""<ImgpkgLock Include="locks/broken.yml" /><ImgpkgLock Include="locks/tagged.yml" />""");
        Directory.CreateDirectory(project["locks"]);
        File.WriteAllText(project["locks/broken.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: [\n");
        File.WriteAllText(project["locks/tagged.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: host.io/a:v1\n");

        DotnetResult result = (await project.RelocateAsync("-p:AirgapRegistry=host.invalid/apps")).FailedWith("AIRGAP2006")
            .FailedWith("AIRGAP2007");

        Assert.MatchesRegex(@"locks/broken\.yml\(\d+,\d+\): error AIRGAP2006: ", result.Output);
        Assert.MatchesRegex(@"locks/tagged\.yml\(4,\d+\): error AIRGAP2007: ", result.Output);
    }

    [TestMethod]
    public async Task ALayerWithOtherBytesThanItsDigestIsRefused()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        source.OnRequest = (request, _) => request is { Kind: RequestKind.BlobGet, Repository: "apps/frontend" }
            ? Fault.CorruptBody() : null;
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        DotnetResult result = (await project.RelocateAsync("-p:AirgapArchive=bundle.tar", $"-p:AirgapRegistry={destination.Host}/apps"))
            .FailedWith("AIRGAP1011");

        Assert.Contains("apps/frontend", result.Lines("AIRGAP1011")[0]);
        Assert.IsFalse(File.Exists(project["bundle.tar"]));
        Assert.IsFalse(File.Exists(project.Manifest));
    }

    [TestMethod]
    public async Task AnUnknownAuthorityIsNamedAsSuchAndIsTrustedOnRequest()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { Certificate = certificate });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        DotnetResult refused = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).FailedWith("AIRGAP1002");
        Assert.Contains("AirgapCaCertificates", refused.Lines("AIRGAP1002")[0]);

        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapCaCertificates=ca.pem"))
            .FailedWith("AIRGAP2018");
        File.WriteAllText(project["ca.pem"], certificate.ExportCertificatePem());
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapCaCertificates=ca.pem")).Succeeded();
        Assert.IsNotEmpty(destination.Of(RequestKind.ManifestPut));
    }

    [TestMethod]
    public async Task AProjectsLimits_Hold()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        ConcurrentDictionary<string, int> tries = [];
        destination.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.ManifestPut)
                return null;
            tries.AddOrUpdate(request.Reference, 1, (_, count) => count + 1);
            return Fault.Status(500);
        };
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapRetryCount=1")).FailedWith("AIRGAP1010");
        Assert.AreEqual(1, tries.Values.Max());

        string[] names = ["AirgapVerifyCertificates", "AirgapInsecure", "AirgapConnectTimeout", "AirgapResponseHeaderTimeout",
            "AirgapStallTimeout", "AirgapRetryCount", "AirgapLimitRate"];
        DotnetResult refused = (await project.RelocateAsync(
            [$"-p:AirgapRegistry={destination.Host}/apps", .. names.Select(name => $"-p:{name}=soon")])).FailedWith("AIRGAP2022");
        foreach (string name in names)
            Assert.Contains($"The property {name} has the value 'soon'.", refused.Output);
    }

    [TestMethod]
    public async Task AnOutputPathThatCannotBeWrittenIsAFailureByCode()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        File.WriteAllText(project["taken"], "");
        (await project.RelocateAsync($"-p:AirgapRegistry={source.Host}/apps", "-p:AirgapOutputPath=taken/")).FailedWith("AIRGAP3014");
    }
}
