using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project makes a bundle of its content.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ProducerTests
{
    private const string Items = """
        <ImgpkgBundleContent Include="packages\**" />
        <ImgpkgBundleImage Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" Id="index.docker.io/user1/simple-app-bundle:v1.0.0" />
        """;

    [TestMethod]
    public async Task TheSampleGoesByArchiveAndByRegistry_WithOneDigest()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(Items, source);

        (await project.RelocateAsync("-p:AirgapArchive=out/bundle.tar")).Succeeded();
        (await project.RelocateAsync("-p:AirgapSourceArchive=out/bundle.tar", $"-p:AirgapRegistry={destination.Host}/archive")).Succeeded();
        string byArchive = DigestOf(File.ReadAllText(Path.Combine(project.Artifacts, "manifests", "app.packagerepository.yml")));
        (await project.RelocateAsync(
            $"-p:AirgapRegistry={destination.Host}/direct", $"-p:AirgapBundleRepository={destination.Host}/own/app")).Succeeded();
        string direct = DigestOf(File.ReadAllText(Path.Combine(project.Artifacts, "manifests", "app.packagerepository.yml")));

        Assert.AreEqual(byArchive, direct);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("archive/app", "1.2.3");
        await content.AssertCompleteAsync("direct/app", "1.2.3");
        Assert.IsTrue(destination.Requests.Any(
            request => request.Repository == "own/app" && request.ToString().Contains("1.2.3", StringComparison.Ordinal)),
            string.Join('\n', destination.Requests));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task WhatAProjectMakes_IsSigned_WithItsProvenance()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(Items, source);
        string[] arguments =
        [
            $"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapProvenance=true",
            $"-p:AirgapSigningKey={Path.Combine(Fixtures.Root, "trust", "keys", "p256.pem")}", "-p:AirgapSignImages=referrer",
            "-p:RepositoryUrl=https://git.corp.com/app", "-p:AirgapAuditLog=audit.jsonl", "-p:AirgapGateCommand=cat > seen.json",
        ];

        DotnetResult unknown = await project.RelocateAsync(arguments);
        Assert.IsEmpty(destination.Requests);
        (await project.RelocateAsync([.. arguments, "-p:SourceRevisionId=0123456789abcdef0123456789abcdef01234567"])).Succeeded();

        Assert.Contains("error AIRGAP2209", unknown.Output);
        string digest = DigestOf(File.ReadAllText(Path.Combine(project.Artifacts, "manifests", "app.packagerepository.yml")));
        using HttpClient client = new();
        string list = await client.GetStringAsync(new Uri($"http://{destination.Host}/v2/apps/app/referrers/sha256:{digest}"));
        Assert.Contains("https://slsa.dev/provenance/v1", list);
        Assert.Contains("https://sigstore.dev/cosign/sign/v1", list);
        Assert.IsTrue(File.Exists(Path.Combine(project.Artifacts, "relocation.json.sigstore.json")));
        Assert.HasCount(1, File.ReadAllLines(project["audit.jsonl"]));
        Assert.Contains(digest, File.ReadAllText(project["seen.json"]));
    }

    [TestMethod]
    public async Task ProblemsAreToldTogether_BeforeAnythingIsPushed()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(
            Items.Replace("Id=\"index.docker.io/user1/simple-app-bundle:v1.0.0\"",
                "Platform=\"plan9/mips\" />\n<ImgpkgBundleContent Include=\"..\\outside.txt\"", StringComparison.Ordinal), source);
        File.WriteAllText(project["packages/bad.yml"],
            "apiVersion: data.packaging.carvel.dev/v1alpha1\nkind: Package\nmetadata:\n  name: x\nspec:\n  refName: a.b.c\n  version: " +
            "1.0.0\n");

        DotnetResult result = await project.RelocateAsync(
            $"-p:AirgapRegistry={destination.Host}/apps", $"-p:AirgapBundleRepository={destination.Host}/own/app");

        Assert.AreNotEqual(0, result.ExitCode);
        foreach (string expected in (string[])[
            "bad.yml(4,9): error AIRGAP4004", "error AIRGAP2048", "error AIRGAP2046", "1.0.0.yml(12,18): error AIRGAP4007"])
            Assert.Contains(expected, result.Output);
        // Each at the line of its element, also where that has another slash than the item.
        foreach (string code in (string[])["AIRGAP2048", "AIRGAP2046"])
            Assert.MatchesRegex(@"App\.csproj\(\d+,\d+\): error", result.Lines($"error {code}")[0]);
        Assert.IsEmpty(destination.Requests);
    }

    private static TestProject Create(string items, RegistryFixture source)
    {
        TestProject project = new TestProject(items, "<TargetFramework>net10.0</TargetFramework><Version>1.2.3</Version>").Reaching(source);
        string packages = Path.Combine(Fixtures.RepositoryRoot, "samples", "Producer", "packages", "simple-app");
        Directory.CreateDirectory(project["packages"]);
        foreach (string file in Directory.GetFiles(packages))
            File.Copy(file, project[$"packages/{Path.GetFileName(file)}"]);
        return project;
    }

    // The second mirror of one digest is named by the tag that says it.
    private static string DigestOf(string manifest) => manifest.Split("image: ")[1].Split("sha256")[1][1..65];
}
