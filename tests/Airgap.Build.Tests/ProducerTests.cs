using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A project makes a bundle from its content.</summary>
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
    public async Task MetadataOfContentFiles_AppliesToTheProducedBundle()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(
            Items.Replace(
                "Include=\"packages\\**\"",
                "Include=\"packages\\**\" PackageRepository=\"made\" Namespace=\"packages\" CreateNamespace=\"true\" SyncPeriod=\"1h\" " +
                "SecretName=\"pull\" PullSecret=\"SecretgenController\" SecretNamespace=\"access\" ToNamespaces=\"apps\" " +
                "PackageInstall=\"simple-app.corp.com@>=1.0.0\" InstallNamespace=\"apps\" ServiceAccount=\"installer\"",
                StringComparison.Ordinal), source);

        DotnetResult published = (await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.DoesNotContain("warning AIRGAP", published.Output);
        string manifests = Path.Combine(project.Artifacts, "manifests");
        string manifest = File.ReadAllText(Path.Combine(manifests, "made.packagerepository.yml"));
        using RegistryContent content = RegistryContent.At(destination.Host);
        string digest = (await content.ManifestAsync("apps/app", "1.2.3")).Digest;
        Assert.Contains(
            $"  name: made\n  namespace: packages\nspec:\n  syncPeriod: 1h\n  fetch:\n    imgpkgBundle:\n      image: " +
            $"{destination.Host}/apps/app@{digest}\n", manifest);
        Assert.Contains("kind: PackageInstall\nmetadata:\n  name: simple-app\n  namespace: apps\n", manifest);
        Assert.Contains("constraints: '>=1.0.0'", manifest);
        Assert.Contains("serviceAccountName: installer", manifest);
        string all = string.Concat(Directory.GetFiles(manifests).Select(File.ReadAllText));
        Assert.Contains("kind: SecretExport\n", all);
        foreach (string name in (string[])["packages", "access", "apps"])
            Assert.Contains($"kind: Namespace\nmetadata:\n  name: {name}\n", all);
        await content.AssertCompleteAsync("apps/app", "1.2.3");
        // A cluster replaces the package's reference according to the lock that the project made.
        (await Dotnet.RunAsync(
            project.Folder, ["exec", PackedPackage.Tool, "pull", "-b", $"{destination.Host}/apps/app:1.2.3", "-o", "pulled"],
            project.Environment)).Succeeded();
        string images = File.ReadAllText(project["pulled/.imgpkg/images.yml"]);
        Assert.Contains("kbld.carvel.dev/id: index.docker.io/user1/simple-app-bundle:v1.0.0", images);
        Assert.Contains($"image: {destination.Host}/apps/app@{TestProject.SimpleDigest}", images);
        Assert.Contains("index.docker.io/user1/simple-app-bundle:v1.0.0", File.ReadAllText(project["pulled/packages/1.0.0.yml"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AProducedBundle_IsSigned_WithItsProvenance()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(Items, source);
        // An SBOM of the pinned bundle; one of its images has another in the fixtures.
        using RegistryWriter writer = new(source.Address);
        Pushed config = await writer.PushBlobAsync("user1/simple-app-bundle", "{}"u8.ToArray(), RegistryWriter.OciConfig);
        Pushed sbom = await writer.PushManifestAsync(
            "user1/simple-app-bundle", TestProject.SimpleDigest.Replace(':', '-') + ".sbom",
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config.Json}},"layers":[]}""");
        string[] arguments =
        [
            "-p:AirgapArtifacts=all",
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
        JsonElement predicate = await PredicateAsync(client, $"http://{destination.Host}/v2/apps/app", list);
        string[] byproducts = [.. predicate.GetProperty("runDetails").GetProperty("byproducts").EnumerateArray()
            .Select(one => one.GetProperty("digest").GetProperty("sha256").GetString()!)];
        string[] existing = ["78f6d4210d90623f2b121273592bb062f11056f4017907ea5d76b15e6945cbc8", sbom.Digest["sha256:".Length..]];
        Assert.AreSequenceEqual(
            existing.Order(StringComparer.Ordinal), byproducts.Order(StringComparer.Ordinal), "what exists is listed, and none is made up");
        JsonElement[] materials =
            [.. predicate.GetProperty("buildDefinition").GetProperty("resolvedDependencies").EnumerateArray()];
        Assert.AreEqual("0123456789abcdef0123456789abcdef01234567",
            materials[0].GetProperty("digest").GetProperty("gitCommit").GetString());
        Assert.Contains(TestProject.SimpleDigest["sha256:".Length..],
            materials.Skip(1).Select(one => one.GetProperty("digest").GetProperty("sha256").GetString()));
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
        // Each error is at the line of its element, even if the element has another kind of slash than the item.
        foreach (string code in (string[])["AIRGAP2048", "AIRGAP2046"])
            Assert.MatchesRegex(@"App\.csproj\(\d+,\d+\): error", result.Lines($"error {code}")[0]);
        Assert.IsEmpty(destination.Requests);
    }

    [TestMethod]
    [DataRow("publish", false)]
    [DataRow("publish", true)]
    [DataRow("tool", false)]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ABundleThatTheGateRefuses_IsNotPushed(string by, bool toTwo)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(Items, source);
        string[] properties = [$"AirgapRegistry={destination.Host}/apps{(toTwo ? $"%3B{destination.Host}/two" : "")}",
            $"AirgapBundleRepository={destination.Host}/own/app", "AirgapGateCommand=exit 3"];
        await project.RestoreAsync();

        DotnetResult result = by == "tool"
            ? await Dotnet.RunAsync(
                project.Folder, ["exec", PackedPackage.Tool, "publish", .. properties.SelectMany(each => (string[])["-p", each])],
                project.Environment)
            : await project.RelocateAsync([.. properties.Select(each => "-p:" + each)]);

        Assert.AreEqual(1, result.ExitCode, result.Output);
        Assert.Contains("AIRGAP2207", result.Output);
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")), result.Output);
    }

    [TestMethod]
    [DataRow("publish", "")]
    [DataRow("tool", "")]
    [DataRow("publish", "-warnaserror:AIRGAP2195")]
    public async Task ABundleThatIsOnlyPushed_HasNoGate_AndThatIsTold(string by, string raised)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = Create(Items, source);
        string[] properties =
            [$"AirgapBundleRepository={destination.Host}/own/app", "AirgapGateCommand=exit 3", "AirgapAuditLog=audit.jsonl"];
        await project.RestoreAsync();

        DotnetResult result = by == "tool"
            ? await Dotnet.RunAsync(
                project.Folder, ["exec", PackedPackage.Tool, "publish", .. properties.SelectMany(each => (string[])["-p", each])],
                project.Environment)
            : await project.RelocateAsync([.. properties.Select(each => "-p:" + each), .. raised.Length == 0 ? [] : new[] { raised }]);

        Assert.AreEqual(raised.Length == 0 ? 0 : 1, result.ExitCode, result.Output);
        Assert.Contains(
            $"AirgapGateCommand and AirgapAuditLog have no effect: the project's bundle is only pushed to {destination.Host}/own/app",
            result.Output);
        Assert.AreEqual(raised.Length == 0, destination.Requests.Any(request => request.Method == "PUT"), result.Output);
        Assert.IsFalse(File.Exists(project["audit.jsonl"]));
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

    private static async Task<JsonElement> PredicateAsync(HttpClient client, string repository, string list)
    {
        string manifest = JsonDocument.Parse(list).RootElement.GetProperty("manifests").EnumerateArray()
            .First(one => one.ToString().Contains("https://slsa.dev/provenance/v1", StringComparison.Ordinal))
            .GetProperty("digest").GetString()!;
        string layers = await client.GetStringAsync(new Uri($"{repository}/manifests/{manifest}"));
        string blob = JsonDocument.Parse(layers).RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        string bundle = await client.GetStringAsync(new Uri($"{repository}/blobs/{blob}"));
        byte[] statement = JsonDocument.Parse(bundle).RootElement.GetProperty("dsseEnvelope").GetProperty("payload").GetBytesFromBase64();
        return JsonDocument.Parse(statement).RootElement.GetProperty("predicate");
    }

    // The second mirror of one digest is named by its content tag.
    private static string DigestOf(string manifest) => manifest.Split("image: ")[1].Split("sha256")[1][1..65];
}
