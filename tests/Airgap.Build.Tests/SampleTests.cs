using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A sample can be built in any folder.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SampleTests
{
    [TestMethod]
    public async Task SimpleAppGoesFromRegistryToRegistry()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using Sample sample = new("SimpleApp", registry);
        await sample.PublishAsync("-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={registry.Host}/apps");
        Assert.Contains($"image: {registry.Host}/apps/simple-app-bundle@sha256:", sample.Manifest("simple-package-repository"));
    }

    [TestMethod]
    public async Task ArchiveGoesOutAndIn()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("Archive", source);
        await sample.PublishAsync(
            "-p:SourceRegistry=registry.local:5055", "-p:AirgapArchive=carry/", $"-p:AirgapRegistry={destination.Host}/apps");
        string manifest = sample.Manifest("nested-repository");
        Assert.IsEmpty(destination.Requests);
        source.Clear();
        await sample.PublishAsync("-p:AirgapSourceArchive=carry/", $"-p:AirgapRegistry={destination.Host}/apps");
        Assert.AreEqual(manifest, sample.Manifest("nested-repository"));
        Assert.Contains($"image: {destination.Host}/apps/platform/nested@sha256:", manifest);
        Assert.IsEmpty(source.Requests);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/platform/nested", "v1.0.0");
    }

    [TestMethod]
    public async Task FromTheDiscIsServedAtTheAddressOfItsManifestAndImportedLater()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("FromTheDisc", source);
        await sample.PublishAsync(
            "-p:SourceRegistry=registry.local:5055", "-p:AirgapArchive=disc/", "-p:AirgapRegistry=disc.cluster.example:5000/apps");
        string manifest = sample.Manifest("simple-package-repository");
        string archive = Directory.GetFiles(sample["disc"], "*.tar").Single();

        await using (RegistryFixture disc = await RegistryFixture.StartAsync(new RegistryFixtureOptions
        {
            Configure = options => options with
            {
                Archives = [new ArchiveToServe(archive)],
                Prefix = "apps",
                AnyHost = false,
                Hosts = ["disc.cluster.example"]
            },
        }))
        {
            string digest = manifest.Split("image: disc.cluster.example:5000/apps/simple-app-bundle@")[1].Split('\n')[0].Trim();
            using RegistryContent served = RegistryContent.At(disc.Host);
            await served.AssertCompleteAsync("apps/simple-app-bundle", digest);
        }

        source.Clear();
        await sample.PublishAsync("-p:AirgapSourceArchive=disc/", $"-p:AirgapRegistry={destination.Host}/apps");
        Assert.IsEmpty(source.Requests);
        // A cluster that already fetched this digest from the disc's mirror fetches it from here only by a tag.
        string tag = manifest.Split('@')[1].Trim().Replace(':', '-');
        Assert.Contains($"image: {destination.Host}/apps/simple-app-bundle:{tag}.imgpkg\n", sample.Manifest("simple-package-repository"));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
    }

    [TestMethod]
    public async Task TrustedTakesWhatTheVendorSigned_AndWhatTheOfficeSent()
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        string repositories = Path.Combine(source.Folder, "docker", "registry", "v2", "repositories");
        TempFolder.Copy(Path.Combine(repositories, "trust", "mirror"), Path.Combine(repositories, "vendor", "app-bundle"));
        string[] keys = [Path.Combine(Fixtures.Root, "trust", "keys", "p384.pem"), SignedStorage.Key("p384"), SignedStorage.Key("wrong")];
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("Trusted", source);
        string[] office = ["-p:SourceRegistry=registry.local:5055", "-p:AirgapArchive=bundle.tar",
            $"-p:AirgapRegistry={destination.Host}/apps", $"-p:AirgapSigningKey={keys[0]}"];

        await sample.PublishAsync(office);
        source.Clear();
        string[] import = ["-p:SourceRegistry=registry.local:5055", "-p:AirgapSourceArchive=bundle.tar",
            $"-p:AirgapRegistry={destination.Host}/apps"];
        await sample.PublishAsync([.. import, $"-p:AirgapVerifyArchive={keys[1]}"]);

        Assert.IsEmpty(source.Requests);
        Assert.HasCount(2, File.ReadAllLines(sample["audit.jsonl"]));
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/app-bundle", "v1.0.0");
        File.Copy(keys[2], sample["vendor.pub"], overwrite: true);
        Assert.Contains("error AIRGAP5002",
            (await sample.TryPublishAsync("-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={destination.Host}/other")).Output);
    }

    [TestMethod]
    public async Task PrivateRegistryComesWithBothKindsOfPullSecrets()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { BasicAuth = ("robot", "s3cret-of-the-sample") });
        using Sample sample = new("PrivateRegistry", source);
        sample.With("IMGPKG_REGISTRY_HOSTNAME", destination.Host).With("IMGPKG_REGISTRY_USERNAME", "robot")
            .With("IMGPKG_REGISTRY_PASSWORD", "s3cret-of-the-sample");

        DotnetResult result = await sample.PublishAsync(
            "-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={destination.Host}/apps");

        string placeholder = sample.Manifest("simple-package-repository");
        Assert.Contains("secretRef:\n        name: mirror-pull\n", placeholder);
        Assert.Contains("kind: Secret\n", string.Concat(Directory.GetFiles(sample.Secrets).Select(File.ReadAllText)));
        Assert.DoesNotContain("SecretExport", placeholder);
        Assert.Contains("kind: SecretExport\n", sample.Exports());
        Assert.DoesNotContain("s3cret", placeholder + sample.Manifest("nested-repository") + result.Output);
    }

    [TestMethod]
    public async Task ProducerGoesByArchiveAndByRegistry_IsPulledAndDescribed_WithOneDigest()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture embedded = await RegistryFixture.StartEmptyAsync();
        await using DockerRegistry? real = DockerRegistry.IsAvailable || Environment.GetEnvironmentVariable("AIRGAP_REQUIRE_PEERS") == "1"
            ? await DockerRegistry.StartAsync() : null;
        string host = real?.Host ?? embedded.Host;
        using Sample sample = new("Producer", source);

        await sample.PublishAsync("-p:SourceRegistry=registry.local:5055/user1", "-p:AirgapArchive=simple-repository.tar");
        source.Clear();
        await sample.RunToolAsync("copy", "--tar", "simple-repository.tar", "--to-repo", $"{host}/archive/producer");
        Assert.IsEmpty(source.Requests, "The far side asks nobody but the destination.");
        await sample.PublishAsync("-p:SourceRegistry=registry.local:5055/user1", $"-p:AirgapRegistry={host}/direct");

        string digest = sample.Manifest("producer").Split("producer@")[1].Trim();
        using RegistryContent content = RegistryContent.At(host);
        foreach (string repository in (string[])["archive/producer", "direct/producer"])
        {
            Assert.AreEqual(digest, (await content.ManifestAsync(repository, "1.0.0")).Digest, repository);
            await content.AssertCompleteAsync(repository, "1.0.0");
            await sample.RunToolAsync("pull", "-b", $"{host}/{repository}:1.0.0", "-o", $"pulled/{repository}");
            Assert.AreEqual(File.ReadAllText(sample["packages/simple-app/1.0.0.yml"]),
                File.ReadAllText(sample[$"pulled/{repository}/packages/simple-app/1.0.0.yml"]));
            Assert.Contains($"image: {host}/{repository}@sha256:", File.ReadAllText(sample[$"pulled/{repository}/.imgpkg/images.yml"]),
                "What is pulled names the far side.");
            string described = await sample.RunToolAsync("describe", "-b", $"{host}/{repository}:1.0.0", "--html");
            Assert.Contains(digest, described);
            Assert.Contains("index.docker.io/user1/simple-app-bundle:v1.0.0", described);
            Assert.Contains("frontend", File.ReadAllText(sample["bundle.html"]));
        }
    }

    [TestMethod]
    public async Task SolutionMovesWhatTwoProjectsShareOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("Solution", source);

        DotnetResult result = await sample.PublishAsync(
            "Solution.slnx", "-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={destination.Host}/apps");

        string shared = sample.Manifest("simple-package-repository", "Shop/");
        Assert.AreEqual(shared, sample.Manifest("simple-package-repository", "Billing/"));
        Assert.Contains($"image: {destination.Host}/apps/nested-bundle@sha256:", sample.Manifest("nested-repository", "Billing/"));
        Assert.IsFalse(Directory.Exists(sample["Shop.Tests/bin/Release/net10.0/airgap"]));
        Assert.ContainsSingle(result.Lines("1 up to date"), result.Output);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/nested-bundle", "v1.0.0");
    }

    [TestMethod]
    public async Task LockedPublishesInAPipelineWhatIsLockedAndNothingElse()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("Locked", source);
        sample.With("CI", "true");
        string[] arguments = ["-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={destination.Host}/apps"];

        (await sample.TryPublishAsync(arguments)).FailedWith("AIRGAP2034");
        Assert.IsEmpty(destination.Requests);

        string locked = File.ReadAllText(sample["airgap.lock.json"])
            .Replace("index.docker.io", "registry.local:5055", StringComparison.Ordinal);
        File.WriteAllText(sample["airgap.lock.json"], locked);
        await sample.PublishAsync(arguments);

        Assert.Contains($"image: {destination.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}",
            sample.Manifest("simple-package-repository"));
        Assert.AreEqual(locked, File.ReadAllText(sample["airgap.lock.json"]));
    }

    [TestMethod]
    public void ThePipelinesOfLockedRunTheCommandOfItsReadme()
    {
        string sample = Path.Combine(Fixtures.RepositoryRoot, "samples", "Locked");
        const string Command = "dotnet publish -p:AirgapRegistry=final-registry.corp.com/apps";
        foreach (string file in new[] { "README.md", "azure-pipelines.yml", ".github/workflows/relocate.yml" })
            Assert.Contains(Command, File.ReadAllText(Path.Combine(sample, file)), file);
    }

    private sealed class Sample : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly Dictionary<string, string?> _environment;

        public Sample(string name, RegistryFixture registry)
        {
            string root = Path.Combine(Fixtures.RepositoryRoot, "samples", name);
            foreach (string file in Directory.GetFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(root, file)).Where(IsSource))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
                File.Copy(Path.Combine(root, file), _folder[file]);
            }

            _environment = new()
            {
                ["NUGET_PACKAGES"] = PackedPackage.PackageFolder,
                ["DOCKER_CONFIG"] = PackedPackage.PackageFolder,
                ["HTTP_PROXY"] = registry.Address.ToString(),
                ["NO_PROXY"] = "127.0.0.1",
            };
        }

        public string this[string path] => _folder[path];

        public Sample With(string variable, string value)
        {
            _environment[variable] = value;
            return this;
        }

        public async Task<DotnetResult> PublishAsync(params string[] arguments) => (await TryPublishAsync(arguments)).Succeeded();

        public Task<DotnetResult> TryPublishAsync(params string[] arguments) => WarmBuilds.RunAsync(
            _folder.Path,
            ["publish", .. arguments, $"-p:RestoreSources={PackedPackage.Feed}", "-p:UseSharedCompilation=false", "-p:UseAppHost=false"],
            _environment);

        /// <summary>Runs the tool in the sample's folder.</summary>
        public async Task<string> RunToolAsync(params string[] arguments) =>
            (await Dotnet.RunAsync(_folder.Path, ["exec", PackedPackage.Tool, .. arguments], _environment)).Succeeded().Output;

        public string Manifest(string name, string project = "") =>
            File.ReadAllText(_folder[$"{project}bin/Release/net10.0/airgap/manifests/{name}.packagerepository.yml"]);

        public string Exports() =>
            string.Concat(Directory.GetFiles(_folder["bin/Release/net10.0/airgap/manifests"], "*.secretexport.yml")
                .Select(File.ReadAllText));

        public string Secrets => _folder["bin/Release/net10.0/airgap/secrets"];

        private static bool IsSource(string file) => !file.Split('/', '\\').Any(part => part is "bin" or "obj");

        public void Dispose() => _folder.Dispose();
    }
}
